//! What is left of a cookie file when saving processes are killed, meet each other, or run out of room.
//!
//! The processes are this test program again, told by its environment to run [`saver`] and nothing else.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use http_cookiejar::{Cookie, JsonCookieJar, LoadOptions, MozillaCookieJar, SaveError, SaveOptions};
use tempfile::tempdir;

const COOKIES: usize = 150;
const FILE: &str = "HTTPKIT_TEST_JAR_FILE";
const WORK: &str = "HTTPKIT_TEST_JAR_WORK";

fn cookie(name: &str, value: &str) -> Cookie {
    let builder = Cookie::builder(name, value).domain("example.org").path("/");
    builder.expires(4_000_000_000).build().unwrap()
}

/// The work of a child process; without an order it does a little of each and looks at the result.
#[test]
fn saver() {
    let (Ok(file), Ok(work)) = (std::env::var(FILE), std::env::var(WORK)) else {
        let folder = tempdir().unwrap();
        add_one_by_one(&folder.path().join("added"), "here", 3);
        assert_eq!(MozillaCookieJar::open(folder.path().join("added"), LoadOptions::new()).unwrap().len(), 3);
        save_generation(&folder.path().join("whole"), 7, true).unwrap();
        assert_eq!(generation(&folder.path().join("whole")), Some(7));
        return;
    };
    let file = Path::new(&file);
    match work.split_once(' ') {
        Some(("add", prefix)) => add_one_by_one(file, prefix, 20),
        Some(("generations", durable)) => {
            for number in 0.. {
                println!("saving");
                save_generation(file, number, durable == "true").unwrap();
            }
        }
        Some(("once", number)) => {
            let error = save_generation(file, number.parse().unwrap(), true).unwrap_err();
            println!("said: {error}");
            assert!(matches!(error, SaveError::Io { step: "write to", .. }), "{error:?}");
        }
        _ => panic!("unknown work {work}"),
    }
}

/// Adds cookies one at a time, with a save after each.
fn add_one_by_one(file: &Path, prefix: &str, count: usize) {
    let mut jar = MozillaCookieJar::new(file);
    for number in 0..count {
        jar.set_cookie(cookie(&format!("{prefix}{number}"), "1"));
        jar.save(None, SaveOptions::new().durable(false)).unwrap();
    }
}

/// Saves many cookies that all have the same value.
fn save_generation(file: &Path, number: usize, durable: bool) -> Result<(), SaveError> {
    let mut jar = JsonCookieJar::new(file);
    let value = format!("{number}-{}", "x".repeat(100));
    jar.extend((0..COOKIES).map(|place| cookie(&format!("c{place}"), &value)));
    jar.save(None, SaveOptions::new().merge(false).durable(durable)).map(|_| ())
}

/// The generation that is in the file, if there is one; panics if the file is not whole.
fn generation(file: &Path) -> Option<usize> {
    let mut jar = JsonCookieJar::new(file);
    match jar.load(None, LoadOptions::new().strict(true)) {
        Err(error) if error.is_not_found() => return None,
        result => assert_eq!(result.unwrap().cookies, COOKIES),
    }
    let mut values =
        jar.iter().map(|cookie| cookie.value_str().unwrap().split_once('-').unwrap().0.parse().unwrap());
    let first: usize = values.next().unwrap();
    assert!(values.all(|value| value == first), "two generations in one file");
    Some(first)
}

fn child(command: &mut Command, file: &Path, work: &str) -> Child {
    command.args(["jar_durability::saver", "--exact", "--nocapture"]).env(FILE, file).env(WORK, work);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

fn wait_for_line(stdout: &mut BufReader<ChildStdout>, wanted: &str) {
    let mut line = String::new();
    while !line.contains(wanted) {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the child ended before it said {wanted:?}");
    }
}

/// A thousand times: let a process save generation after generation and kill it somewhere in between.
#[cfg(unix)]
#[test]
fn a_file_is_whole_whenever_its_writer_is_killed() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("cookies.json");
    let mut chance = 0x2545_F491_u32;
    let mut seen = 0;
    for round in 0..1000 {
        let durable = round % 100 == 0;
        let mut child = child(&mut this_program(), &file, &format!("generations {durable}"));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        for _ in 0..=chance >> 30 {
            wait_for_line(&mut stdout, "saving");
        }
        // A point within the save: no clock is asked, some work is done.
        for turn in 0..(chance >> 8) % 200_000 {
            std::hint::black_box(turn);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        seen += usize::from(generation(&file).is_some());
    }
    assert!(seen > 900, "only {seen} rounds left a file");
    let mut left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    left.retain(|name| name != "cookies.json.new");
    assert_eq!(left, ["cookies.json", "cookies.json.lock"]);
}

#[test]
fn eight_processes_that_save_at_once_lose_nothing() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("cookies.txt");
    let children: Vec<Child> =
        (0..8).map(|number| child(&mut this_program(), &file, &format!("add p{number}-"))).collect();
    for mut child in children {
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(child.wait().unwrap().success(), "{said}");
    }
    let jar = MozillaCookieJar::open(&file, LoadOptions::new()).unwrap();
    assert_eq!(jar.len(), 8 * 20);
}

/// A limit on the size of files stands for a full disk here; a really full one is in the parity tests, as it needs rights.
#[cfg(unix)]
#[test]
fn a_save_without_room_keeps_the_old_file_and_says_so() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("cookies.json");
    save_generation(&file, 1, true).unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    let mut child = child(&mut shell, &file, "once 2");
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("said: cannot write to"), "{said}");
    assert_eq!(generation(&file), Some(1));
    assert!(!folder.path().join("cookies.json.new").exists());
}
