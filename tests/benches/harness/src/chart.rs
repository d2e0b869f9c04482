//! A table as an SVG chart: a bar for each case's time as a multiple of the first's, a line from quartile to quartile, and
//! a band round the first that is as wide as the noise of the run.

use std::fmt::Write;

use crate::report::duration;
use crate::stats::{Spread, ratios};
use crate::table::Outcome;

const ROW: f64 = 30.0;
const MARGIN: f64 = 20.0;
/// From the left to the right end of the longest bar.
const BARS: f64 = 440.0;
/// Room for `12.34 × · 123.45 µs` behind a bar.
const RIGHT: f64 = 150.0;
/// A character of this face is never wider on average, at 13 and at 16 pixels.
const CHARACTER: f64 = 7.4;
const CHARACTER_OF_TITLE: f64 = 9.0;
/// A bar that is longer is broken off: beside CPython's, all others would be too short to compare.
const LONGEST: f64 = 12.0;

const STYLE: &str = "text{fill:#1b1f24}.title{font-size:16px;font-weight:600}.note{fill:#57606a;font-size:12px}\
    .own{font-weight:600}.grid{stroke:#e3e6ea}.one{stroke:#8a949e}.noise{fill:#8a949e;opacity:.18}\
    .bar{fill:#b4c0cc}.bar.first{fill:#8a949e}.bar.own{fill:#2f6fb7}.spread{stroke:#1b1f24;stroke-width:1.5}\
    .paper{fill:#fff;stroke:#d6dbe0}.gap{stroke:#fff;stroke-width:4}";

/// One bar.
struct Bar<'o> {
    name: &'o str,
    ratio: Spread,
    nanoseconds: f64,
}

/// Where things stand, in pixels.
struct Layout {
    names: f64,
    top: f64,
    /// The multiple at the right end of the bars.
    longest: f64,
    width: f64,
}

impl Layout {
    fn x(&self, ratio: f64) -> f64 {
        self.names + ratio.clamp(0.0, self.longest) / self.longest * BARS
    }
}

/// Draws the chart: dark on white, whatever it is put on.
pub(crate) fn draw(outcome: &Outcome) -> String {
    let first = outcome.cases.first().map_or(&[][..], |first| first.wall.as_slice());
    let bars: Vec<Bar<'_>> = outcome
        .cases
        .iter()
        .map(|case| Bar {
            name: &case.name,
            ratio: Spread::of(&ratios(&case.wall, first)),
            nanoseconds: Spread::of(&case.wall).median,
        })
        .collect();
    let longest_name = bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0);
    let names = MARGIN + (longest_name as f64 * CHARACTER).max(60.0) + 10.0;
    let width = names + BARS + RIGHT + MARGIN;
    let title = lines(&outcome.title, ((width - 2.0 * MARGIN) / CHARACTER_OF_TITLE) as usize);
    let layout =
        Layout { names, top: 70.0 + 20.0 * title.len().max(1) as f64, longest: longest(&bars), width };
    let height = layout.top + ROW * bars.len() as f64 + 50.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"13\">\n\
         <title>{0}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" x=\".5\" y=\".5\" width=\"{1:.0}\" height=\"{2:.0}\" rx=\"8\"/>\n",
        escape(&outcome.title),
        width - 1.0,
        height - 1.0,
    );
    for (index, line) in title.iter().enumerate() {
        let y = 32.0 + 20.0 * index as f64;
        let _ = writeln!(svg, "<text class=\"title\" x=\"{MARGIN}\" y=\"{y}\">{}</text>", escape(line));
    }
    if let Some(first) = bars.first() {
        let _ = writeln!(
            svg,
            "<text class=\"note\" x=\"{MARGIN}\" y=\"{:.0}\">time of one operation, as a multiple of {} ({}); shorter is better</text>",
            layout.top - 34.0,
            escape(first.name),
            duration(first.nanoseconds),
        );
    }
    draw_grid(outcome, bars.len(), &layout, &mut svg);
    for (index, bar) in bars.iter().enumerate() {
        draw_bar(bar, index, &layout, &mut svg);
    }
    let _ = writeln!(
        svg,
        "<text class=\"note\" x=\"{MARGIN}\" y=\"{:.0}\">{} rounds, all in turn; the line spans the quartiles, the grey band is noise \
         (± {:.1} %)</text>\n</svg>",
        height - 16.0,
        outcome.rounds,
        outcome.noise * 100.0,
    );
    svg
}

/// The right end of the bars: that of the longest which is not broken off.
fn longest(bars: &[Bar<'_>]) -> f64 {
    // A line that is cut off at the end does no harm, a bar that seems to be broken off does.
    let end = |bar: &Bar<'_>| if bar.ratio.high <= LONGEST { bar.ratio.high } else { bar.ratio.median };
    bars.iter().map(end).filter(|high| *high <= LONGEST).fold(1.2, f64::max)
}

/// A distance of the lines on the ground that leaves at most eight of them.
fn step(longest: f64) -> f64 {
    [0.25, 0.5, 1.0, 2.0].into_iter().find(|step| longest / step <= 8.0).unwrap_or(2.0)
}

fn draw_grid(outcome: &Outcome, rows: usize, layout: &Layout, svg: &mut String) {
    let (top, bottom) = (layout.top - 6.0, layout.top + ROW * rows as f64);
    let step = step(layout.longest);
    let line = |class: &str, x: f64| {
        format!("<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom}\"/>")
    };
    for count in 0..=(layout.longest / step) as usize {
        let value = count as f64 * step;
        let x = layout.x(value);
        let _ = writeln!(
            svg,
            "{}<text class=\"note\" x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{value}</text>",
            line("grid", x),
            top - 6.0,
        );
    }
    let _ = writeln!(svg, "{}", line("one", layout.x(1.0)));
    let (from, to) = (layout.x(1.0 - outcome.noise), layout.x(1.0 + outcome.noise));
    let _ = writeln!(
        svg,
        "<rect class=\"noise\" x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{:.1}\"/>",
        to - from,
        bottom - top,
    );
}

fn draw_bar(bar: &Bar<'_>, index: usize, layout: &Layout, svg: &mut String) {
    let top = layout.top + ROW * index as f64;
    let (middle, broken) = (top + ROW / 2.0, bar.ratio.median > layout.longest);
    let own = if is_ours(bar.name) { "own" } else { "" };
    let class = if own.is_empty() && index == 0 { "bar first" } else { "bar" };
    let _ = writeln!(
        svg,
        "<text class=\"{own}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
         <rect class=\"{class} {own}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>",
        layout.names - 10.0,
        middle + 4.5,
        escape(bar.name),
        layout.names,
        top + 5.0,
        layout.x(bar.ratio.median) - layout.names,
        ROW - 10.0,
    );
    let (low, high) = (layout.x(bar.ratio.low), layout.x(bar.ratio.high));
    let end = if broken {
        let gap = layout.names + BARS - 26.0;
        let _ = writeln!(
            svg,
            "<line class=\"gap\" x1=\"{gap:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>",
            gap + 8.0,
            top + ROW - 2.0,
            top + 2.0,
        );
        layout.names + BARS
    } else {
        let _ = writeln!(
            svg,
            "<path class=\"spread\" d=\"M{low:.1} {0:.1}V{1:.1}M{low:.1} {middle:.1}H{high:.1}M{high:.1} {0:.1}V{1:.1}\"/>",
            middle - 4.0,
            middle + 4.0,
        );
        high
    };
    let x = (end + 8.0).min(layout.width - RIGHT - MARGIN + 8.0);
    let _ = writeln!(
        svg,
        "<text class=\"{own}\" x=\"{x:.1}\" y=\"{:.1}\">{} × · {}</text>",
        middle + 4.5,
        multiple(bar.ratio.median),
        duration(bar.nanoseconds),
    );
}

/// Cases of our own crates are named after them.
fn is_ours(name: &str) -> bool {
    name.starts_with("http-") || name.starts_with("httpkit")
}

/// Three digits at least.
fn multiple(ratio: f64) -> String {
    match ratio {
        r if r >= 100.0 => format!("{r:.0}"),
        r if r >= 10.0 => format!("{r:.1}"),
        r => format!("{r:.2}"),
    }
}

/// The words of a text in lines of so many characters at most, a longer word on a line of its own.
fn lines(text: &str, characters_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= characters_max => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{draw, lines};
    use crate::table::{CaseOutcome, Outcome};

    fn chart(title: &str, cases: &[(&str, f64)]) -> String {
        let case = |(name, wall): &(&str, f64)| CaseOutcome {
            name: (*name).to_owned(),
            wall: vec![*wall; 3],
            ..CaseOutcome::default()
        };
        let cases = cases.iter().map(case).collect();
        draw(&Outcome { title: title.to_owned(), cases, noise: 0.02, ..Outcome::default() })
    }

    #[test]
    fn a_chart_has_a_bar_for_each_case_and_no_raw_markup() {
        let svg = chart("<t> & u", &[("raw", 2.0), ("http-client", 3.0)]);
        assert_eq!(svg.matches("class=\"bar").count(), 2);
        assert!(svg.contains("&lt;t&gt; &amp; u") && svg.contains("1.50 × · 3.0 ns"), "{svg}");
        assert!(draw(&Outcome::default()).ends_with("</svg>\n"));
    }

    #[test]
    fn our_own_bars_are_told_from_those_of_peers() {
        let svg = chart("t", &[("httparse", 2.0), ("http-proto", 3.0), ("hyper", 3.0)]);
        assert_eq!(svg.matches("class=\"bar own\"").count(), 1);
        assert_eq!(svg.matches("class=\"bar first \"").count(), 1);
    }

    #[test]
    fn a_bar_far_longer_than_the_others_is_broken_off_and_leaves_them_room() {
        let svg = chart("t", &[("raw", 1.0), ("http-client", 2.0), ("CPython", 150.0)]);
        assert_eq!(svg.matches("class=\"gap\"").count(), 1);
        assert!(svg.contains("150 × · 150.0 ns"), "{svg}");
        assert!(!chart("t", &[("raw", 1.0), ("http-client", 9.0)]).contains("class=\"gap\""));
    }

    #[test]
    fn a_bar_whose_rounds_differ_much_has_room_all_the_same() {
        // Its median is 3, its upper quartile 13.
        let case = |name: &str, wall: &[f64]| CaseOutcome {
            name: name.to_owned(),
            wall: wall.to_vec(),
            ..CaseOutcome::default()
        };
        let cases = vec![case("raw", &[1.0; 3]), case("http-client", &[1.0, 3.0, 23.0])];
        let svg = draw(&Outcome { cases, noise: 0.02, ..Outcome::default() });
        assert!(!svg.contains("class=\"gap\""), "{svg}");
    }

    #[test]
    fn long_names_and_titles_have_room() {
        let name = "a case whose name says more than it has to, as it were";
        let svg = chart(&"word ".repeat(60), &[(name, 1.0)]);
        let x = svg
            .split(&format!("text-anchor=\"end\">{name}"))
            .next()
            .and_then(|before| before.rsplit("x=\"").next()?.split('"').next()?.parse::<f64>().ok());
        assert!(x.is_some_and(|x| x > 54.0 * 7.0), "{x:?}");
        assert!(svg.matches("class=\"title\"").count() > 1);
        assert_eq!(lines("aa bb  cccc d", 5), ["aa bb", "cccc", "d"]);
    }
}
