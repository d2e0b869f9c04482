//! Cookies that only the service itself can make: signed, or encrypted too, so that state lives with the browser and any
//! machine with the same keys can read it.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use http_cookies::secure::{Keyring, SecretKey, SecureError};
//! # let this_years_secret = [7; 32];
//! # let last_years_secret = [6; 32];
//! # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//! let keys = Keyring::new(SecretKey::from_bytes(&this_years_secret)?)
//!     .accept(SecretKey::from_bytes(&last_years_secret)?);
//! let text = keys.seal("__Host-session", "user=7", now + Duration::from_secs(3600))?;
//! let session = keys.open_at("__Host-session", &text, now)?;
//! assert_eq!(session.value, b"user=7");
//! assert_eq!(keys.open_at("other", &text, now), Err(SecureError::Forged));
//! # Ok::<(), SecureError>(())
//! ```
//!
//! What is written is URL-safe base64 without padding, and fits every cookie unquoted:
//!
//! ```text
//! signed    1, expiry (8 bytes), value, HMAC-SHA256 of name length (8 bytes), name and all before (32 bytes)
//! sealed    2, salt (24 random bytes), ChaCha20-Poly1305 of expiry (8 bytes) and value, with its tag (16 bytes);
//!           its key is derived from the salt, its nonce is zero, 2 and the name are authenticated with it
//! ```
//!
//! Expiry is in seconds since 1970, numbers are big-endian. Both keys come from the secret by HKDF-SHA256. A salt of
//! its own for each cookie means that no count of cookies wears a secret out, on however many machines.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, hkdf, hmac};

use crate::base64url;
use crate::clock;
use crate::expires::unix_seconds;
use crate::set_cookie::NAME_VALUE_BYTES_MAX;

/// The fewest bytes of a secret.
pub const SECRET_BYTES_MIN: usize = 32;

const SIGNED: u8 = 1;
const SEALED: u8 = 2;
const EXPIRY_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = 32;
const SALT_BYTES: usize = 24;

/// A secret, and the keys derived from it. It is never printed.
#[derive(Clone)]
pub struct SecretKey {
    signing: hmac::Key,
    sealing: hkdf::Prk,
}

impl SecretKey {
    /// The keys of a secret of at least [`SECRET_BYTES_MIN`] bytes, which must be random: no password, no text.
    ///
    /// # Errors
    /// [`SecureError::SecretTooShort`].
    pub fn from_bytes(secret: &[u8]) -> Result<Self, SecureError> {
        if secret.len() < SECRET_BYTES_MIN {
            return Err(SecureError::SecretTooShort { bytes: secret.len() });
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"http-cookies").extract(secret);
        let info = [&b"sign 1"[..]];
        let signing = root.expand(&info, hmac::HMAC_SHA256).map_err(|_| SecureError::Unavailable)?;
        Ok(Self { signing: signing.into(), sealing: root })
    }

    /// A new secret from the random source of the system, to be kept where all machines of the service find it.
    ///
    /// # Errors
    /// [`SecureError::Unavailable`] if the system has no random numbers to give.
    pub fn generate_bytes() -> Result<[u8; SECRET_BYTES_MIN], SecureError> {
        random()
    }

    fn mac_input(name: &str, signed: &[u8]) -> Vec<u8> {
        let mut input = Vec::with_capacity(8 + name.len() + signed.len());
        input.extend_from_slice(&(name.len() as u64).to_be_bytes());
        input.extend_from_slice(name.as_bytes());
        input.extend_from_slice(signed);
        input
    }

    /// The key of one cookie, good for one message.
    fn sealing_key(&self, salt: &[u8]) -> Result<aead::LessSafeKey, SecureError> {
        let info = [&b"seal 1"[..], salt];
        let key =
            self.sealing.expand(&info, &aead::CHACHA20_POLY1305).map_err(|_| SecureError::Unavailable)?;
        Ok(aead::LessSafeKey::new(key.into()))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// The secrets of a service: one that writes, and older ones that are still read.
///
/// To change the secret, put the new one in front and let the old one [be accepted](Self::accept) until the last cookie
/// made with it has expired.
#[derive(Debug, Clone)]
#[must_use]
pub struct Keyring {
    current: SecretKey,
    older: Vec<SecretKey>,
}

impl Keyring {
    /// Writes and reads with this secret.
    pub const fn new(current: SecretKey) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Reads, but never writes, with this secret too.
    pub fn accept(mut self, older: SecretKey) -> Self {
        self.older.push(older);
        self
    }

    fn keys(&self) -> impl Iterator<Item = (bool, &SecretKey)> {
        std::iter::once((true, &self.current)).chain(self.older.iter().map(|key| (false, key)))
    }

    /// A value that everybody can read and nobody can change, bound to the name and to its expiry.
    ///
    /// # Errors
    /// [`SecureError::TooLong`] if a browser would not keep it, [`SecureError::BadExpiry`] for a time before 1970.
    pub fn sign(
        &self,
        name: &str,
        value: impl AsRef<[u8]>,
        expires: SystemTime,
    ) -> Result<String, SecureError> {
        let mut bytes = vec![SIGNED];
        bytes.extend_from_slice(&expiry(expires)?);
        bytes.extend_from_slice(value.as_ref());
        let tag = hmac::sign(&self.current.signing, &SecretKey::mac_input(name, &bytes));
        bytes.extend_from_slice(tag.as_ref());
        text(name, &bytes)
    }

    /// The value that [`sign`](Self::sign) wrote for this name, if it has not expired at `now`.
    ///
    /// # Errors
    /// [`SecureError::Forged`] for everything that none of the secrets has signed for this name, [`SecureError::Expired`].
    pub fn verify_at(
        &self,
        name: &str,
        text: impl AsRef<[u8]>,
        now: SystemTime,
    ) -> Result<Authentic, SecureError> {
        let bytes = decoded(text.as_ref(), SIGNED)?;
        let split = bytes.len().checked_sub(SIGNATURE_BYTES).ok_or(SecureError::Forged)?;
        let (signed, tag) = bytes.split_at_checked(split).ok_or(SecureError::Forged)?;
        let input = SecretKey::mac_input(name, signed);
        let (key_is_current, _) = self
            .keys()
            .find(|(_, key)| hmac::verify(&key.signing, &input, tag).is_ok())
            .ok_or(SecureError::Forged)?;
        let (_, content) = signed.split_first().ok_or(SecureError::Forged)?;
        Authentic::of(content, key_is_current, now)
    }

    /// [`verify_at`](Self::verify_at) by the clock.
    ///
    /// # Errors
    /// As [`verify_at`](Self::verify_at).
    pub fn verify(&self, name: &str, text: impl AsRef<[u8]>) -> Result<Authentic, SecureError> {
        self.verify_at(name, text, clock::now())
    }

    /// A value that nobody can read or change, bound to the name and to its expiry; its length stays visible.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and [`SecureError::Unavailable`] if the system has no random numbers to give.
    pub fn seal(
        &self,
        name: &str,
        value: impl AsRef<[u8]>,
        expires: SystemTime,
    ) -> Result<String, SecureError> {
        self.seal_with(&random()?, name, value.as_ref(), expires)
    }

    fn seal_with(
        &self,
        salt: &[u8; SALT_BYTES],
        name: &str,
        value: &[u8],
        expires: SystemTime,
    ) -> Result<String, SecureError> {
        let mut content = expiry(expires)?.to_vec();
        content.extend_from_slice(value);
        self.current
            .sealing_key(salt)?
            .seal_in_place_append_tag(zero_nonce(), aead::Aad::from(context(name)), &mut content)
            .map_err(|_| SecureError::Unavailable)?;
        let mut bytes = vec![SEALED];
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(&content);
        text(name, &bytes)
    }

    /// The value that [`seal`](Self::seal) wrote for this name, if it has not expired at `now`.
    ///
    /// # Errors
    /// [`SecureError::Forged`] for everything that none of the secrets has sealed for this name, [`SecureError::Expired`].
    pub fn open_at(
        &self,
        name: &str,
        text: impl AsRef<[u8]>,
        now: SystemTime,
    ) -> Result<Authentic, SecureError> {
        let bytes = decoded(text.as_ref(), SEALED)?;
        let (salt, sealed) = bytes
            .split_first()
            .and_then(|(_, rest)| rest.split_at_checked(SALT_BYTES))
            .ok_or(SecureError::Forged)?;
        let mut buffer = Vec::with_capacity(sealed.len());
        for (key_is_current, key) in self.keys() {
            buffer.clear();
            buffer.extend_from_slice(sealed);
            let aad = aead::Aad::from(context(name));
            if let Ok(content) = key.sealing_key(salt)?.open_in_place(zero_nonce(), aad, &mut buffer) {
                return Authentic::of(content, key_is_current, now);
            }
        }
        Err(SecureError::Forged)
    }

    /// [`open_at`](Self::open_at) by the clock.
    ///
    /// # Errors
    /// As [`open_at`](Self::open_at).
    pub fn open(&self, name: &str, text: impl AsRef<[u8]>) -> Result<Authentic, SecureError> {
        self.open_at(name, text, clock::now())
    }
}

/// A value that the service itself wrote. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authentic {
    /// The value.
    pub value: Vec<u8>,
    /// When it expires, in whole seconds.
    pub expires: SystemTime,
    /// Whether the current secret wrote it; if not, write it anew.
    pub key_is_current: bool,
}

impl Authentic {
    /// Reads expiry and value, which have been found genuine.
    fn of(content: &[u8], key_is_current: bool, now: SystemTime) -> Result<Self, SecureError> {
        let (expiry, value) = content.split_first_chunk::<EXPIRY_BYTES>().ok_or(SecureError::Forged)?;
        let since = Duration::from_secs(u64::from_be_bytes(*expiry));
        let expires = UNIX_EPOCH.checked_add(since).ok_or(SecureError::Forged)?;
        if expires <= now {
            return Err(SecureError::Expired);
        }
        Ok(Self { value: value.to_vec(), expires, key_is_current })
    }
}

impl fmt::Debug for Authentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentic")
            .field("value", &format_args!("({} bytes)", self.value.len()))
            .field("expires", &self.expires)
            .field("key_is_current", &self.key_is_current)
            .finish()
    }
}

/// Why a value cannot be signed, sealed or trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecureError {
    /// The peer's text is not what any of the secrets wrote for this name.
    #[error("the cookie was not made by this service for this name")]
    Forged,
    /// The value is genuine, and its time is over.
    #[error("the cookie has expired")]
    Expired,
    /// A secret has fewer than [`SECRET_BYTES_MIN`] bytes.
    #[error("the secret has {bytes} bytes, fewer than 32")]
    SecretTooShort {
        /// How many it has.
        bytes: usize,
    },
    /// Name and text would have more than 4096 bytes together, which browsers do not keep.
    #[error("name and value of the cookie would have {bytes} bytes, more than 4096")]
    TooLong {
        /// How many they would have.
        bytes: usize,
    },
    /// The expiry lies before 1970.
    #[error("the cookie would expire before 1970")]
    BadExpiry,
    /// The system gives no random numbers, or refuses to encrypt.
    #[error("random numbers or encryption are unavailable")]
    Unavailable,
}

fn random<const N: usize>() -> Result<[u8; N], SecureError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecureError::Unavailable)?;
    Ok(bytes)
}

/// The nonce of a key that seals one message only.
fn zero_nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; aead::NONCE_LEN])
}

/// What is authenticated beside the sealed content.
fn context(name: &str) -> Vec<u8> {
    [&[SEALED], name.as_bytes()].concat()
}

fn expiry(expires: SystemTime) -> Result<[u8; EXPIRY_BYTES], SecureError> {
    let seconds = u64::try_from(unix_seconds(expires)).map_err(|_| SecureError::BadExpiry)?;
    Ok(seconds.to_be_bytes())
}

fn text(name: &str, bytes: &[u8]) -> Result<String, SecureError> {
    let text = base64url::encode(bytes);
    let length = name.len() + text.len();
    if length > NAME_VALUE_BYTES_MAX { Err(SecureError::TooLong { bytes: length }) } else { Ok(text) }
}

/// The bytes of a text of this kind; a peer's text is never longer than what we write.
fn decoded(text: &[u8], kind: u8) -> Result<Vec<u8>, SecureError> {
    if text.len() > NAME_VALUE_BYTES_MAX {
        return Err(SecureError::Forged);
    }
    base64url::decode(text).filter(|bytes| bytes.first() == Some(&kind)).ok_or(SecureError::Forged)
}

#[cfg(test)]
mod tests;
