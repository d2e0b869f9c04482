//! The TLS configuration of a run: from files, or made on the spot.

use super::listen::hosts;
use super::{Failure, Options};
use crate::causes::with_causes;
use httpkit::server::{ClientCertificates, TlsConfig};
use pkcs8::der::SecretDocument;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding};
use std::path::Path;

/// How the PEM block of a key begins that only a password opens.
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

/// What the options ask for; `None` is plain HTTP.
pub(crate) fn config(options: &Options) -> Result<Option<TlsConfig>, Failure> {
    let (certificates, key) = match (&options.tls_cert, options.self_signed) {
        (Some(path), _) => {
            let key_path = options.tls_key.as_ref().unwrap_or(path);
            (read("certificate", path)?, read_key(options, key_path)?)
        }
        (None, true) => self_signed(options)?,
        (None, false) if options.tls_client_ca.is_some() => {
            return Err(Failure::new("--tls-client-ca needs --tls-cert or --self-signed"));
        }
        (None, false) => return Ok(None),
    };
    let failed = |error| Failure::new(format!("cannot serve TLS: {}", with_causes(&error)));
    let files = files(options);
    let named = |error| Failure::new(format!("cannot serve TLS{files}: {}", with_causes(&error)));
    let mut builder = TlsConfig::builder().certificate(&certificates, &key).map_err(named)?;
    if let Some(path) = &options.tls_client_ca {
        let authorities = read("client authorities", path)?;
        let named =
            |error| Failure::new(format!("--tls-client-ca {}: {}", path.display(), with_causes(&error)));
        builder = builder.client_authorities(&authorities, ClientCertificates::Required).map_err(named)?;
    }
    builder.build().map(Some).map_err(failed)
}

/// The files that certificate and key come from, for a message.
fn files(options: &Options) -> String {
    match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => format!(" with {} and {}", certificate.display(), key.display()),
        (Some(both), None) => format!(" with {}", both.display()),
        (None, _) => String::new(),
    }
}

fn read(what: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read the {what} file {}: {error}", path.display())))
}

/// The key in plain PEM, decrypted where it is encrypted.
fn read_key(options: &Options, path: &Path) -> Result<Vec<u8>, Failure> {
    let key = read("key", path)?;
    let text = String::from_utf8_lossy(&key);
    let password_path = options.tls_password_file.as_ref();
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(Failure::new(format!(
            "the key in {} is encrypted in a form of last century; convert it with `openssl pkcs8 -topk8`",
            path.display()
        )));
    }
    let Some(start) = text.find(ENCRYPTED) else {
        return match password_path {
            Some(_) => Err(Failure::new(format!(
                "--tls-password-file is of no use: the key in {} is not encrypted",
                path.display()
            ))),
            None => Ok(key),
        };
    };
    let Some(password_path) = password_path else {
        return Err(Failure::new(format!(
            "the key in {} is encrypted; name a file with its password by --tls-password-file",
            path.display()
        )));
    };
    let password = read("password", password_path)?;
    decrypt(text.get(start..).unwrap_or_default(), password.trim_ascii()).map_err(|error| {
        let (key, password) = (path.display(), password_path.display());
        Failure::new(format!("cannot decrypt the key in {key} with the password in {password}: {error}"))
    })
}

fn decrypt(pem: &str, password: &[u8]) -> Result<Vec<u8>, pkcs8::Error> {
    let end = pem.find("-----END").and_then(|end| pem.get(end..)?.find('\n').map(|line| end + line + 1));
    let (_, encrypted) = SecretDocument::from_pem(end.and_then(|end| pem.get(..end)).unwrap_or(pem))?;
    let key = EncryptedPrivateKeyInfoRef::try_from(encrypted.as_bytes())?.decrypt(password)?;
    Ok(key.to_pem("PRIVATE KEY", LineEnding::LF)?.as_bytes().to_vec())
}

/// A certificate for this machine's names and the addresses that are listened on.
fn self_signed(options: &Options) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    for name in hosts(options) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let made = rcgen::generate_simple_self_signed(names)
        .map_err(|error| Failure::new(format!("cannot make a certificate: {error}")))?;
    Ok((made.cert.pem().into_bytes(), made.signing_key.serialize_pem().into_bytes()))
}

#[cfg(test)]
mod tests;
