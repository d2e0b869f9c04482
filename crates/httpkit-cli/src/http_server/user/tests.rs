//! Accounts, found in texts. What the process may do afterwards is for the tests of the command.

use super::{Account, find, number};

const USERS: &str = "root:x:0:0:root:/root:/bin/bash\nseven:x:7:7::/:\nwww:x:33:34:web,,,:/var/www:/usr/sbin/nologin\nbroken\n7:x:8:9::/:\n";
const GROUPS: &str = "root:x:0:\nwww:x:34:\nlogs:x:4:syslog,www\nssl:x:5:www\nother:x:6:wwwx\nbroken:x\n";

#[track_caller]
fn check(name: &str, wanted: Option<(u32, u32, &[u32])>) {
    let wanted = wanted.map(|(user, group, more)| Account { user, group, more_groups: more.to_vec() });
    assert_eq!(find(name, USERS, GROUPS).ok(), wanted, "{name}");
}

#[test]
fn a_user_is_found_by_name_by_number_or_made_of_numbers() {
    check("root", Some((0, 0, &[])));
    check("www", Some((33, 34, &[4, 5])));
    check("33", Some((33, 34, &[4, 5])));
    check("1000:1001", Some((1000, 1001, &[])));
    // What is a name is no number.
    check("7", Some((8, 9, &[])));
    for unknown in ["", "ww", "34", "1000", "www:www", "1:", ":1", "1:2:3", "-1:0", "4294967295:0", "1: 2"] {
        check(unknown, None);
    }
}

#[test]
fn numbers_are_digits_and_not_the_one_that_means_nobody() {
    assert_eq!((number("0"), number("4294967294")), (Some(0), Some(4_294_967_294)));
    for wrong in ["", "+1", "-1", " 1", "1 ", "0x1", "4294967295", "4294967296"] {
        assert_eq!(number(wrong), None, "{wrong:?}");
    }
}
