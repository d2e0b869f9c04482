//! Giving up rights that only opening ports and reading keys needed: `--user`.
//!
//! The accounts are read from the system's files, since no safe call asks for them; users of a directory service are named
//! by their numbers.

use super::{Failure, Options};
use std::io;

/// Who the process becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    user: u32,
    group: u32,
    /// Groups that the user is in beside its own.
    more_groups: Vec<u32>,
}

/// Becomes the user that the options name, if they name one. To be called while the process has one thread, of which
/// later ones inherit.
pub(crate) fn become_another(options: &Options) -> Result<(), Failure> {
    let Some(name) = &options.user else { return Ok(()) };
    let failed = |what: String| Failure::new(format!("--user {name}: {what}"));
    let read = |path: &str| match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| failed(format!("cannot read {path}: {error}"))),
    };
    let account =
        find(name, &read("/etc/passwd")?, &read("/etc/group")?).map_err(|what| failed(what.to_owned()))?;
    change(&account).map_err(|error| failed(format!("cannot become this user: {error}")))
}

/// The account of that name, or with that number, or made of two numbers. `users` and `groups` are in the form of
/// `/etc/passwd` and `/etc/group`.
fn find(name: &str, users: &str, groups: &str) -> Result<Account, &'static str> {
    if let Some((user, group)) = name.split_once(':') {
        let account = number(user).zip(number(group));
        let (user, group) = account.ok_or("two numbers are wanted, as in 33:33")?;
        return Ok(Account { user, group, more_groups: Vec::new() });
    }
    let known = || {
        users.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let (own, _, user, group) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            Some((own, number(user)?, number(group)?))
        })
    };
    let by_name = known().find(|(own, ..)| *own == name);
    let account = by_name.or_else(|| known().find(|(_, user, _)| number(name) == Some(*user)));
    let Some((own, user, group)) = account else {
        return Err("there is no such user; one that /etc/passwd does not have can be given as UID:GID");
    };
    let more_groups = groups.lines().filter_map(|line| {
        let mut fields = line.split(':').skip(2);
        let (group, members) = (number(fields.next()?)?, fields.next()?);
        members.split(',').any(|member| member == own).then_some(group)
    });
    Ok(Account { user, group, more_groups: more_groups.collect() })
}

/// A number that a user or a group can have: the largest stands for "nobody is meant".
fn number(digits: &str) -> Option<u32> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_number && *number != u32::MAX)
}

#[cfg(target_os = "linux")]
fn change(account: &Account) -> io::Result<()> {
    use rustix::process::{Gid, Uid, getegid, geteuid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid, set_thread_uid};
    let (user, group) = (Uid::from_raw(account.user), Gid::from_raw(account.group));
    if (geteuid(), getegid()) == (user, group) {
        return Ok(());
    }
    // The calls change one thread; another one would keep its rights.
    if std::fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::other("the process has threads already"));
    }
    let more_groups: Vec<Gid> = account.more_groups.iter().copied().map(Gid::from_raw).collect();
    set_thread_groups(&more_groups)?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    if !user.is_root() && set_thread_uid(Uid::ROOT).is_ok() {
        return Err(io::Error::other("the system gives the rights back to whoever asks"));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn change(_: &Account) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "on this system the rights of a process cannot be given up safely",
    ))
}

#[cfg(test)]
mod tests;
