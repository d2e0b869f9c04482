//! A network of its own for a run, where the kernel's own would send by a timer.
//!
//! A congestion control that paces, as BBR does, works out from past answers how fast it may send, and holds back what
//! is faster by a timer of the kernel. On loopback that measures the timer: the same exchange of large content comes out
//! at one time or at three times that, whichever server sends it, and the first one after a pause is slower than the rest.

use std::convert::Infallible;
use std::env;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// Set for the programs that run in the network made here.
const MADE: &str = "BENCH_NETWORK";

const CONTROL: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// Those that send as soon as the window lets them; the first is what is used instead of others: every kernel has it.
const UNTIMED: [&str; 2] = ["reno", "cubic"];

/// Goes on in a network with nothing but loopback if the kernel's congestion control is one with a timer; says so,
/// and says why where that cannot be done.
pub(crate) fn leave_pacing() {
    if env::var_os(MADE).is_some() {
        return;
    }
    let Ok(control) = fs::read_to_string(CONTROL) else { return };
    let control = control.trim();
    if UNTIMED.contains(&control) {
        return;
    }
    let instead = UNTIMED[0];
    match begin_anew(instead) {
        Ok(never) => match never {},
        Err(error) => eprintln!(
            "note: large content is sent by a timer, since the congestion control here is {control}; a network of \
             its own with {instead} cannot be had: {error}"
        ),
    }
}

/// Runs this program from its start in a network of its own; returns only if that fails.
fn begin_anew(control: &str) -> io::Result<Infallible> {
    let script = format!("ip link set lo up && echo {control} > {CONTROL} && exec \"$@\"");
    let within = |program: &std::ffi::OsStr| {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", &script, "sh"]).arg(program).env(MADE, control);
        command
    };
    let trial = within("true".as_ref()).stdin(Stdio::null()).output()?;
    if !trial.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&trial.stderr).trim().to_owned()));
    }
    println!("measuring in a network with loopback only and {control} as its congestion control");
    Err(within(env::current_exe()?.as_os_str()).args(env::args_os().skip(1)).exec())
}
