//! The arguments of a bench program.

/// What to measure, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) table: Option<String>,
    pub(crate) rounds: usize,
    pub(crate) millis: u64,
    pub(crate) quick: bool,
    pub(crate) once: Option<Once>,
}

/// One case alone, so many times: what strace and valgrind watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Once {
    pub(crate) table: String,
    pub(crate) case: String,
    pub(crate) times: u64,
}

impl Arguments {
    /// Reads the arguments; the message of an error says which is wrong.
    pub(crate) fn read(given: Vec<String>) -> Result<Self, String> {
        let mut arguments = Self { table: None, rounds: 21, millis: 50, quick: false, once: None };
        let mut given = given.into_iter();
        while let Some(option) = given.next() {
            let mut value = |what: &str| given.next().ok_or_else(|| format!("{option} needs {what}"));
            match option.as_str() {
                "--table" => arguments.table = Some(value("the key of a table")?),
                "--rounds" => arguments.rounds = number(&value("a number")?)?.max(3) as usize,
                "--millis" => arguments.millis = number(&value("a number of milliseconds")?)?.max(1),
                "--quick" => (arguments.quick, arguments.rounds, arguments.millis) = (true, 5, 10),
                "--once" => {
                    let (table, case) = (value("table, case and number")?, value("table, case and number")?);
                    let times = number(&value("table, case and number")?)?;
                    arguments.once = Some(Once { table, case, times });
                }
                _ => {
                    return Err(format!(
                        "unknown argument {option:?}; known: --table KEY, --rounds N, --millis N, --quick, --once TABLE CASE N"
                    ));
                }
            }
        }
        Ok(arguments)
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Once};

    fn read(text: &str) -> Result<Arguments, String> {
        Arguments::read(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn arguments_are_read_and_unknown_ones_refused() {
        let got = read("--table a --rounds 7 --millis 9").unwrap();
        assert_eq!((got.table.as_deref(), got.rounds, got.millis, got.quick), (Some("a"), 7, 9, false));
        let once = Once { table: "a".to_owned(), case: "b".to_owned(), times: 3 };
        assert_eq!(read("--once a b 3").unwrap().once, Some(once));
        for wrong in ["--fast", "--rounds", "--rounds x", "--once a b", "a"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
