//! Known answers, computed apart from this code with the standard library of another language, and every way to tamper.

use super::*;
use crate::builder::CookieBuilder;
use proptest::prelude::*;

/// `(name, value, signed, sealed)` for the secret 0, 1, …, 31, the salt 100, 101, …, 123 and the expiry 2000000000.
fn known() -> [(&'static str, Vec<u8>, &'static str, &'static str); 3] {
    [
        (
            "id",
            b"user=7".to_vec(),
            "AQAAAAB3NZQAdXNlcj03Mk1-QajonRZAes4QhEwW9K-3JV8bb0FF08kpowuoL4E",
            "AmRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e5ANzvjFeygrAss7j4f3HClFJ03z5iglS2soPvCtKw",
        ),
        (
            "id",
            Vec::new(),
            "AQAAAAB3NZQAOe2hLX0bSy9SjybAtHy5NYN54dKDLosQHH9XUy-ND-c",
            "AmRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e5ANzvjFeygrZ3NpBfk9RDSXAvsLfIweMQ",
        ),
        (
            "__Host-s",
            (0..=255).collect(),
            "AQAAAAB3NZQAAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4\
     OTo7PD0-P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6\
     e3x9fn-AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq-wsbKztLW2t7i5uru8\
     vb6_wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t_g4eLj5OXm5-jp6uvs7e7v8PHy8_T19vf4-fr7_P3-\
     _2ZgQ5C0aHA7eXJOJrEfhR09jftqgrBYJJ_gCtwHy8qW",
            "AmRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e5ANzvjFeygrd7lc_r7FcCML9Dh5KtUp-gXJtMdSTmJHFjsAWaasKUA1\
     1qIeY-i3xFYFEs_pSfAt5RSFSB2ZdliIkPrVoadld40XeXFj8JF3_d7bgmUfRopKwG1DU7AV72tCw8E7RYPMVqCe\
     hA6QnZmn5pJWn9gjp5JOGhduOKIizzqbK3uE8Tf4gMyrLud6BKBwyJLXwjK0ekYDQWSmb3bltoUG_mTSe5kNktqP\
     bTmEmJAkfrO3awq5FtpGsiOauvc5Wqmfy-mfMxSJWDgdnyX_w-Av6zK7JoV1pHohf5CiuSSnRr514qqMe_4-aOwv\
     FTDDSxk-Ji-jHSEXZknOjzPj6gTPRYBhk0qJ8PJOuG5xPrv-vKuBja4",
        ),
    ]
}

fn secret(first: u8) -> SecretKey {
    let bytes: Vec<u8> = (first..first + 32).collect();
    SecretKey::from_bytes(&bytes).unwrap()
}

fn keys() -> Keyring {
    Keyring::new(secret(0))
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

const EXPIRES: u64 = 2_000_000_000;
const NOW: u64 = 1_900_000_000;

fn salt() -> [u8; SALT_BYTES] {
    std::array::from_fn(|at| 100 + u8::try_from(at).unwrap())
}

/// Neither a signature nor a seal.
#[track_caller]
fn check_forged(keys: &Keyring, name: &str, text: impl AsRef<[u8]>) {
    assert_eq!(keys.verify_at(name, &text, at(NOW)), Err(SecureError::Forged));
    assert_eq!(keys.open_at(name, &text, at(NOW)), Err(SecureError::Forged));
}

#[test]
fn known_answers_are_written_and_read() {
    for (name, value, signed, sealed) in known() {
        assert_eq!(keys().sign(name, &value, at(EXPIRES)).unwrap(), signed);
        assert_eq!(keys().seal_with(&salt(), name, &value, at(EXPIRES)).unwrap(), sealed);
        let expected = Ok(Authentic { value, expires: at(EXPIRES), key_is_current: true });
        assert_eq!(keys().verify_at(name, signed, at(NOW)), expected);
        assert_eq!(keys().open_at(name, sealed, at(NOW)), expected);
        assert!(CookieBuilder::new(name, signed).path("/").secure().build().is_ok());
    }
}

#[test]
fn a_value_lives_until_the_second_it_expires() {
    for (seconds, alive) in [(0, true), (EXPIRES - 1, true), (EXPIRES, false), (EXPIRES + 1, false)] {
        for (name, _, signed, sealed) in known() {
            let expected = if alive { None } else { Some(SecureError::Expired) };
            assert_eq!(keys().verify_at(name, signed, at(seconds)).err(), expected);
            assert_eq!(keys().open_at(name, sealed, at(seconds)).err(), expected);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for (name, _, signed, sealed) in known() {
        for text in [signed, sealed] {
            let bytes = base64url::decode(text.as_bytes()).unwrap();
            for bit in 0..text.len() * 8 {
                let mut text = text.as_bytes().to_vec();
                text[bit / 8] ^= 1 << (bit % 8);
                check_forged(&keys(), name, &text);
            }
            for bit in 0..bytes.len() * 8 {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                check_forged(&keys(), name, base64url::encode(&bytes));
            }
        }
    }
}

#[test]
fn every_shorter_and_longer_text_is_noticed() {
    for (name, _, signed, sealed) in known() {
        for text in [signed, sealed] {
            for cut in 0..text.len() {
                check_forged(&keys(), name, &text[..cut]);
            }
            for more in ["A", "=", "AAAA", " "] {
                check_forged(&keys(), name, format!("{text}{more}"));
            }
        }
    }
}

#[test]
fn a_value_is_bound_to_its_name_and_its_kind() {
    let [(_, _, signed, sealed), ..] = known();
    for other in ["", "i", "ID", "id2", "idid"] {
        check_forged(&keys(), other, signed);
        check_forged(&keys(), other, sealed);
    }
    assert_eq!(keys().open_at("id", signed, at(NOW)), Err(SecureError::Forged));
    assert_eq!(keys().verify_at("id", sealed, at(NOW)), Err(SecureError::Forged));
}

#[test]
fn older_secrets_are_read_and_say_so_and_strange_ones_are_not() {
    let old = Keyring::new(secret(1));
    let new = Keyring::new(secret(2)).accept(secret(3)).accept(secret(1));
    let stranger = Keyring::new(secret(4));
    let signed = old.sign("id", "x", at(EXPIRES)).unwrap();
    let sealed = old.seal("id", "x", at(EXPIRES)).unwrap();
    for found in [new.verify_at("id", &signed, at(NOW)), new.open_at("id", &sealed, at(NOW))] {
        let found = found.unwrap();
        assert_eq!((&*found.value, found.key_is_current), (&b"x"[..], false));
    }
    check_forged(&stranger, "id", &signed);
    check_forged(&stranger, "id", &sealed);
    check_forged(&old, "id", new.sign("id", "x", at(EXPIRES)).unwrap());
    check_forged(&old, "id", new.seal("id", "x", at(EXPIRES)).unwrap());
}

#[test]
fn no_two_seals_are_alike() {
    let texts: std::collections::HashSet<_> =
        (0..100).map(|_| keys().seal("id", "x", at(EXPIRES)).unwrap()).collect();
    assert_eq!(texts.len(), 100);
    assert_ne!(SecretKey::generate_bytes().unwrap(), SecretKey::generate_bytes().unwrap());
}

#[test]
fn what_a_browser_would_not_keep_is_refused_and_never_even_decoded() {
    assert!(keys().sign("id", [0; 3020], at(EXPIRES)).is_ok());
    assert!(matches!(keys().sign("id", [0; 3100], at(EXPIRES)), Err(SecureError::TooLong { .. })));
    assert!(matches!(keys().seal("id", [0; 3100], at(EXPIRES)), Err(SecureError::TooLong { .. })));
    check_forged(&keys(), "id", "A".repeat(1 << 20));
    let early = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(keys().sign("id", "x", early), Err(SecureError::BadExpiry));
}

#[test]
fn secrets_are_long_and_never_printed() {
    assert_eq!(SecretKey::from_bytes(&[7; 31]).err(), Some(SecureError::SecretTooShort { bytes: 31 }));
    assert_eq!(format!("{:?}", keys()), "Keyring { current: SecretKey, older: [] }");
    let [(_, _, signed, _), ..] = known();
    let authentic = keys().verify_at("id", signed, at(NOW)).unwrap();
    assert!(format!("{authentic:?}").contains("(6 bytes)"), "{authentic:?}");
}

#[test]
fn the_clock_is_asked_where_no_time_is_given() {
    let soon = clock::now() + Duration::from_secs(1000);
    let signed = keys().sign("id", "x", soon).unwrap();
    let sealed = keys().seal("id", "x", soon).unwrap();
    assert!(keys().verify("id", signed).is_ok() && keys().open("id", sealed).is_ok());
    let past = keys().sign("id", "x", at(1)).unwrap();
    assert_eq!(keys().verify("id", past), Err(SecureError::Expired));
}

proptest! {
    #[test]
    fn every_value_comes_back(name in "[a-z]{0,8}", value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let signed = keys().sign(&name, &value, at(EXPIRES)).unwrap();
        prop_assert_eq!(&keys().verify_at(&name, signed, at(NOW)).unwrap().value, &value);
        let sealed = keys().seal(&name, &value, at(EXPIRES)).unwrap();
        prop_assert_eq!(&keys().open_at(&name, sealed, at(NOW)).unwrap().value, &value);
    }

    #[test]
    fn no_text_of_a_strangers_making_is_taken(text in "[A-Za-z0-9_-]{0,200}") {
        prop_assert!(keys().verify_at("id", &text, at(NOW)).is_err());
        prop_assert!(keys().open_at("id", &text, at(NOW)).is_err());
    }
}
