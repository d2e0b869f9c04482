//! `http.cookies` of the CPython at hand, against ours: listed cases, every short text of the characters that matter, and
//! thousands of generated ones. The deliberate differences stand in `tests/data/cookies-divergences.json`, each with its
//! reason; a listed one that is no more fails too.

use std::collections::BTreeSet;

use http_cookies::{
    Attr, AttrValue, BaseCookie, Codec, CookieError, Morsel, Output, Quoted, Raw, quote, unquote,
};
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime};
use support::python;

const DRIVER: &str = include_str!("cookies.py");
const LISTED: &str = include_str!("../data/cookies-divergences.json");

/// What came of a case, in the driver's words, and the error behind a refusal of ours.
struct Answer {
    refused: bool,
    state: Value,
    output: Value,
    error: Option<CookieError>,
}

impl Answer {
    fn refused(state: Value, error: CookieError) -> Self {
        Self { refused: true, state, output: Value::Null, error: Some(error) }
    }

    fn of_text(output: String) -> Self {
        Self { refused: false, state: json!([]), output: output.into(), error: None }
    }

    fn agrees(&self, theirs: &Value) -> bool {
        self.refused == theirs["refused"] && self.state == theirs["state"] && self.output == theirs["output"]
    }

    fn shown(&self) -> Value {
        json!({"refused": self.refused, "state": self.state, "output": self.output})
    }
}

/// The time that the driver's CPython believes in.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

fn state<C: Codec>(cookie: &BaseCookie<C>) -> Value {
    let attribute = |(attr, value): (Attr, &AttrValue)| {
        let value = match value {
            AttrValue::Int(number) => json!(number),
            AttrValue::Flag(flag) => json!(flag),
            other => json!(other.as_text()),
        };
        (attr.as_str().to_lowercase(), value)
    };
    let row = |(name, morsel): (&str, &Morsel)| {
        let attributes: Map<String, Value> = morsel.attributes().map(attribute).collect();
        json!([name, morsel.key(), morsel.value(), morsel.coded_value(), attributes])
    };
    cookie.iter().map(row).collect()
}

fn load<C: Codec + Default>(case: &Value) -> Answer {
    let mut cookie = BaseCookie::<C>::new();
    let mut last = None;
    let mut first = None;
    for text in case["texts"].as_array().unwrap() {
        // CPython discards a text that breaks its grammar without a word.
        last = cookie
            .load(text.as_str().unwrap())
            .err()
            .filter(|error| !matches!(error, CookieError::Syntax { .. }));
        first = first.or_else(|| last.clone());
    }
    let output = if last.is_some() { Value::Null } else { cookie.output(&Output::new().at(now())).into() };
    Answer { refused: last.is_some(), state: state(&cookie), output, error: first }
}

fn setting(value: &Value) -> AttrValue {
    match value {
        Value::Bool(flag) => AttrValue::Flag(*flag),
        Value::Number(number) => AttrValue::Int(number.as_i64().unwrap()),
        other => other.as_str().unwrap().into(),
    }
}

fn fill<C: Codec>(cookie: &mut BaseCookie<C>, case: &Value) -> Result<(), CookieError> {
    for row in case["cookies"].as_array().unwrap() {
        let name = row[0].as_str().unwrap();
        match &row[1] {
            Value::String(text) => cookie.set(name, text)?,
            number => cookie.set(name, number)?,
        };
        for pair in row[2].as_array().unwrap() {
            let morsel = cookie.get_mut(name).unwrap();
            morsel.set_named(pair[0].as_str().unwrap(), setting(&pair[1]))?;
        }
    }
    Ok(())
}

fn make<C: Codec + Default>(case: &Value) -> Answer {
    let mut cookie = BaseCookie::<C>::new();
    if let Err(error) = fill(&mut cookie, case) {
        return Answer::refused(state(&cookie), error);
    }
    let attrs: Option<Vec<Attr>> = case["attrs"]
        .as_array()
        .map(|names| names.iter().map(|name| Attr::from_name(name.as_str().unwrap()).unwrap()).collect());
    let mut output = Output::new().at(now());
    if let Some(attrs) = &attrs {
        output = output.attrs(attrs);
    }
    if let Some(header) = case["header"].as_str() {
        output = output.header(header);
    }
    if let Some(sep) = case["sep"].as_str() {
        output = output.sep(sep);
    }
    Answer { refused: false, state: state(&cookie), output: cookie.output(&output).into(), error: None }
}

fn morsel(case: &Value) -> Answer {
    let part = |at: usize| case["set"][at].as_str().unwrap();
    match Morsel::new(part(0), part(1), part(2)) {
        Ok(morsel) => Answer::of_text(morsel.output_string()),
        Err(error) => Answer::refused(json!([]), error),
    }
}

fn script(case: &Value) -> Answer {
    let mut cookie = BaseCookie::<Quoted>::new();
    match cookie.set(case["name"].as_str().unwrap(), case["value"].as_str().unwrap()) {
        Ok(_) => Answer::of_text(cookie.js_output(&Output::new())),
        Err(error) => Answer::refused(json!([]), error),
    }
}

fn ours(case: &Value) -> Answer {
    let raw = case["jar"] == "base";
    match case["way"].as_str().unwrap() {
        "load" if raw => load::<Raw>(case),
        "load" => load::<Quoted>(case),
        "make" if raw => make::<Raw>(case),
        "make" => make::<Quoted>(case),
        "morsel" => morsel(case),
        "quote" => Answer::of_text(quote(case["text"].as_str().unwrap()).into_owned()),
        "unquote" => Answer::of_text(unquote(case["text"].as_str().unwrap()).into_owned()),
        "script" => script(case),
        other => panic!("no way is called {other:?}"),
    }
}

/// CPython's answers, and what this CPython has that older ones lack.
fn cpython(cases: &[Value]) -> (Vec<Value>, BTreeSet<String>) {
    let said = python::run(DRIVER, Value::from(cases).to_string().as_bytes()).unwrap();
    let said: Value = serde_json::from_str(&said).unwrap();
    let features = said["features"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    (said["answers"].as_array().unwrap().clone(), features.collect())
}

/// The listed difference that a disagreement belongs to.
fn explain(case: &Value, ours: &Answer, theirs: &Value) -> Option<&'static str> {
    let text = case.to_string();
    match &ours.error {
        Some(CookieError::ControlCharacter(_)) => return Some("control-characters"),
        Some(CookieError::Semicolon(_)) => return Some("semicolons"),
        Some(CookieError::TooMany { .. }) => return Some("too-many"),
        _ => {}
    }
    // What CPython keeps of a text that it refuses shows at once, or after the next text.
    let several = case["texts"].as_array().is_some_and(|texts| texts.len() > 1);
    if ours.error.is_some() && (several || (ours.refused && theirs["refused"] == true)) {
        return Some("half-loaded");
    }
    if ours.output.as_str().is_some_and(|output| output.contains("=Thu, 01 Jan 1970 00:00:00 GMT")) {
        return Some("dates-before-1970");
    }
    if case["way"] == "script" {
        return Some("scripts");
    }
    let theirs_coded = theirs["state"].as_array()?.iter().filter_map(|row| row[3].as_str());
    if theirs_coded.clone().any(|coded| coded.contains(';')) {
        return Some("semicolons");
    }
    if theirs["state"]
        .as_array()?
        .iter()
        .any(|row| row[4].as_object().is_some_and(|attrs| attrs.values().any(Value::is_null)))
    {
        return Some("none-as-text");
    }
    if text.to_lowercase().contains("partitioned") {
        return Some("partitioned");
    }
    if text.contains("day, ") {
        return Some("weekdays");
    }
    None
}

/// The differences that were seen; a disagreement that no listed one explains fails.
fn differences(cases: &[Value]) -> BTreeSet<&'static str> {
    let (answers, _) = cpython(cases);
    assert_eq!(answers.len(), cases.len());
    let mut seen = BTreeSet::new();
    for (case, theirs) in cases.iter().zip(&answers) {
        let ours = ours(case);
        if ours.agrees(theirs) {
            continue;
        }
        let Some(name) = explain(case, &ours, theirs) else {
            panic!("{case}\n   ours: {}\ncpython: {theirs}", ours.shown());
        };
        seen.insert(name);
    }
    seen
}

/// The entries of the list; a text `{"repeat": text, "times": number}` is written out.
fn listed() -> Vec<Value> {
    let mut listed: Value = serde_json::from_str(LISTED).unwrap();
    for case in
        listed.as_array_mut().unwrap().iter_mut().flat_map(|entry| entry["cases"].as_array_mut().unwrap())
    {
        let texts = case.get_mut("texts").and_then(Value::as_array_mut);
        for text in texts.into_iter().flatten().filter(|text| text.is_object()) {
            let times = usize::try_from(text["times"].as_u64().unwrap()).unwrap();
            *text = text["repeat"].as_str().unwrap().repeat(times).into();
        }
    }
    listed.as_array().unwrap().clone()
}

#[test]
fn every_listed_difference_is_one_and_only_until_cpython_mends_it() {
    let listed = listed();
    for entry in &listed {
        let name = entry["id"].as_str().unwrap();
        assert!(entry["reason"].as_str().is_some_and(|reason| reason.len() > 20), "{name} has no reason");
        let cases = entry["cases"].as_array().unwrap();
        let (answers, features) = cpython(cases);
        let mended = entry["mended"].as_str().is_some_and(|feature| features.contains(feature));
        for (case, theirs) in cases.iter().zip(&answers) {
            let ours = ours(case);
            assert_eq!(
                ours.agrees(theirs),
                mended,
                "{name}: {case}\n   ours: {}\ncpython: {theirs}",
                ours.shown()
            );
            if !mended {
                assert_eq!(explain(case, &ours, theirs), Some(name), "{case}");
            }
        }
    }
}

/// A generator of numbers that repeats itself from run to run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn text(&mut self, words: &[&str], longest: usize) -> String {
        (0..=self.below(longest)).map(|_| words[self.below(words.len())]).collect()
    }
}

const WORDS: [&str; 52] = [
    "a",
    "b",
    "id",
    "a=b",
    "x=\"y z\"",
    "$Version",
    "$Path",
    "$",
    "path",
    "Path=/",
    "secure",
    "HttpOnly",
    "expires=",
    "max-age=5",
    "comment=\"c;d\"",
    "domain",
    "samesite=Lax",
    "version=1",
    "Partitioned",
    "=",
    "=",
    "=",
    ";",
    "; ",
    ";",
    " ",
    "\t",
    "\r\n",
    "\"",
    "\"",
    "\\",
    "\\073",
    "\\012",
    "\\\"",
    "\\400",
    ",",
    "[",
    "]",
    "{\"x\":1}",
    "é",
    "\u{100}",
    "😀",
    "\u{1}",
    "\u{7f}",
    "\u{b}",
    "Wed, 01-Jan-20 00:00:00 GMT",
    "Wednesday, 01-Jan-20 00:00:00 GMT",
    "Wed, 01 Jan 2020 00:00:00 GMT",
    "Thu 01 Jan 2020 00:00:00 GMT",
    "/",
    "@",
    "\u{85}",
];

#[test]
fn generated_texts_load_as_in_cpython() {
    let mut dice = Dice(1);
    let cases: Vec<Value> = (0..20_000)
        .map(|at| {
            let texts: Vec<String> = (0..=dice.below(8) / 7).map(|_| dice.text(&WORDS, 12)).collect();
            json!({"way": "load", "jar": if at % 4 == 0 { "base" } else { "simple" }, "texts": texts})
        })
        .collect();
    let seen = differences(&cases);
    assert!(seen.contains("semicolons") && seen.contains("half-loaded"), "{seen:?}");
}

#[test]
fn long_hostile_texts_load_as_in_cpython() {
    let mut cases = Vec::new();
    for pattern in WORDS {
        for before in ["", "a=", "a=b; ", "a=\"", "=\""] {
            for after in ["", ";", "\"", "; c=d", "["] {
                let text = format!("{before}{}{after}", pattern.repeat(100));
                cases.push(json!({"way": "load", "jar": "simple", "texts": [text]}));
            }
        }
    }
    differences(&cases);
}

#[test]
fn every_short_text_of_the_characters_that_matter_loads_as_in_cpython() {
    let characters = ["a", "=", ";", "\"", "\\", " ", "[", "$"];
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..5 {
        last = last.iter().flat_map(|text| characters.map(|next| format!("{text}{next}"))).collect();
        texts.extend(last.iter().cloned());
    }
    assert_eq!(texts.len(), 37_449);
    let cases: Vec<Value> =
        texts.iter().map(|text| json!({"way": "load", "jar": "simple", "texts": [text]})).collect();
    differences(&cases);
    // And with a cookie in front, so that attributes and what follows an equals sign are reached.
    let cases: Vec<Value> = texts
        .iter()
        .map(|text| json!({"way": "load", "jar": "simple", "texts": [format!("k=v; p{text}; q=w")]}))
        .collect();
    differences(&cases);
}

#[test]
fn generated_dates_load_as_in_cpython() {
    let parts = [
        "Wed", "Sunday", "day", ",", ", ", " ", "01", "-Jan-", " Jan ", "20", "2020", "00:00:00", "1:2:3",
        "GMT", "_", "x",
    ];
    let mut dice = Dice(2);
    let cases: Vec<Value> = (0..10_000)
        .map(|at| {
            let text = match at % 3 {
                0 => dice.text(&parts, 10),
                _ => {
                    let mut text = "Wed, 01-Jan-2020 00:00:00 GMT".to_owned();
                    let place = dice.below(text.len());
                    text.replace_range(place..=place, ["", " ", "x", "0", ";", "=", "\""][dice.below(7)]);
                    text
                }
            };
            json!({"way": "load", "jar": "simple", "texts": [format!("a=b; expires={text}; c=d")]})
        })
        .collect();
    let seen = differences(&cases);
    assert!(seen.is_subset(&BTreeSet::from(["weekdays"])), "{seen:?}");
}

#[test]
fn generated_cookies_print_as_in_cpython() {
    let names = ["a", "b", "id", "A", "x:y", "", "a b", "path", "Version", "é", "a=b", "$x", "a\n"];
    let values = [
        "", "v", "a b", "\"", "\\", "a;b", "a,b", "é", "\u{100}", "\u{ff}", "%41", "{}", "\n", "[1]",
        "\u{7f}", "😀",
    ];
    let attrs = [
        "path",
        "Path",
        "DOMAIN",
        "expires",
        "max-age",
        "secure",
        "httponly",
        "version",
        "comment",
        "samesite",
        "partitioned",
        "foo",
        "",
    ];
    let settings = [
        json!("/"),
        json!(""),
        json!("a b"),
        json!("a;b"),
        json!("é"),
        json!("a\r\nb"),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-5),
        json!(3600),
        json!("Lax"),
        json!("\"q\""),
        json!(86_400_000),
    ];
    let mut dice = Dice(3);
    let cases: Vec<Value> = (0..20_000)
        .map(|at| {
            let cookies: Vec<Value> = (0..=dice.below(3))
                .map(|_| {
                    let pairs: Vec<Value> = (0..dice.below(4))
                        .map(|_| json!([attrs[dice.below(attrs.len())], settings[dice.below(settings.len())]]))
                        .collect();
                    let name = names[dice.below(names.len())];
                    if dice.below(9) == 0 {
                        return json!([name, dice.below(100), pairs]);
                    }
                    json!([name, dice.text(&values, 3), pairs])
                })
                .collect();
            let mut case = json!({"way": "make", "jar": if at % 4 == 0 { "base" } else { "simple" }, "cookies": cookies});
            if at % 5 == 0 {
                case["attrs"] = json!(["path", "max-age"]);
                case["header"] = json!("Cookie:");
                case["sep"] = json!("|");
            }
            case
        })
        .collect();
    let seen = differences(&cases);
    assert!(seen.contains("semicolons"), "{seen:?}");
}

#[test]
fn generated_values_quote_and_unquote_as_in_cpython() {
    let words = [
        "a", "\"", "\\", "\\0", "73", "\\073", "\\377", "\\400", ";", ",", " ", "é", "\u{ff}", "\u{100}",
        "\n", "\u{0}", "[", "\\\n",
    ];
    let mut dice = Dice(4);
    let mut cases: Vec<Value> = (0..256_u32)
        .map(|code| json!({"way": "quote", "text": char::from_u32(code).unwrap().to_string()}))
        .collect();
    for _ in 0..10_000 {
        let text = dice.text(&words, 10);
        cases.push(json!({"way": "unquote", "text": format!("\"{text}\"")}));
        cases.push(json!({"way": "unquote", "text": text}));
        cases.push(json!({"way": "quote", "text": text}));
    }
    assert_eq!(differences(&cases), BTreeSet::new());
}

#[test]
fn generated_morsels_are_refused_as_in_cpython() {
    let mut dice = Dice(5);
    let mut cases: Vec<Value> = (0..256_u32)
        .map(|code| json!({"way": "morsel", "set": [char::from_u32(code).unwrap().to_string(), "v", "v"]}))
        .collect();
    let names = ["a", "path", "Max-Age", "é", " ", "", "x:y", "$a", "[", "(", "\n", "`"];
    let values = ["v", " ", "é", "a=b", "\t", ";", "\"q\""];
    cases.extend((0..5_000).map(|_| {
        json!({"way": "morsel", "set": [dice.text(&names, 3), dice.text(&values, 3), dice.text(&values, 3)]})
    }));
    let seen = differences(&cases);
    assert!(seen.is_subset(&BTreeSet::from(["control-characters", "semicolons"])), "{seen:?}");
}
