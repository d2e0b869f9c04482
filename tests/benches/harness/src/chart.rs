//! A table as an SVG chart: a bar for each case's time as a multiple of the first, a line from quartile to quartile.

use std::fmt::Write;

use crate::report::duration;
use crate::stats::{Spread, ratios};
use crate::table::Outcome;

const ROW: usize = 28;
const LEFT: usize = 250;
const BARS: f64 = 420.0;
const RIGHT: usize = 150;

/// Draws the chart; text colours follow the reader's light or dark scheme.
pub(crate) fn draw(outcome: &Outcome) -> String {
    let first = outcome.cases.first().map_or(&[][..], |first| first.wall.as_slice());
    let bars: Vec<(&str, Spread, f64)> = outcome
        .cases
        .iter()
        .map(|case| {
            (case.name.as_str(), Spread::of(&ratios(&case.wall, first)), Spread::of(&case.wall).median)
        })
        .collect();
    let longest = bars.iter().map(|(_, ratio, _)| ratio.high).fold(1.0, f64::max);
    let (width, height) = (LEFT + BARS as usize + RIGHT, 56 + ROW * bars.len());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text{{fill:#222}}.b{{fill:#4878a8}}.f{{fill:#9aa5b1}}.q{{stroke:#222}}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}.q{{stroke:#ddd}}}}</style>\n\
         <text x=\"8\" y=\"20\" font-weight=\"bold\">{}</text>\n<text x=\"8\" y=\"38\">time of one operation as a multiple of the first case; shorter is better</text>\n",
        escape(&outcome.title)
    );
    for (index, (name, ratio, nanoseconds)) in bars.iter().enumerate() {
        let top = 50 + ROW * index;
        let place = |value: f64| LEFT as f64 + value / longest * BARS;
        let (class, middle) = (if index == 0 { "f" } else { "b" }, top + ROW / 2);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"{class}\" x=\"{LEFT}\" y=\"{}\" width=\"{:.1}\" height=\"{}\"/>\
             <line class=\"q\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\"/><text x=\"{:.1}\" y=\"{}\">{:.2} ({})</text>",
            LEFT - 8,
            middle + 4,
            escape(name),
            top + 4,
            place(ratio.median) - LEFT as f64,
            ROW - 8,
            place(ratio.low),
            place(ratio.high),
            place(ratio.high) + 8.0,
            middle + 4,
            ratio.median,
            duration(*nanoseconds),
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::table::{CaseOutcome, Outcome};

    #[test]
    fn a_chart_has_a_bar_for_each_case_and_no_raw_markup() {
        let case = |name: &str, wall: f64| CaseOutcome {
            name: name.to_owned(),
            wall: vec![wall; 3],
            ..CaseOutcome::default()
        };
        let outcome = Outcome {
            title: "<t> & u".to_owned(),
            cases: vec![case("a", 2.0), case("b", 3.0)],
            ..Outcome::default()
        };
        let svg = draw(&outcome);
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("&lt;t&gt; &amp; u") && svg.contains("1.50"), "{svg}");
        assert!(draw(&Outcome::default()).ends_with("</svg>\n"));
    }
}
