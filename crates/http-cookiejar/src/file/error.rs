//! What can go wrong with cookie files.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::BadLine;

/// The text is not of the format at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is not in this format")]
#[non_exhaustive]
pub struct NotThisFormat;

/// Why a file was not loaded (Python's `LoadError`, and the `OSError` of a missing file).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No file name was given, neither here nor when the jar was made.
    #[error("no file name was given, neither to load nor when the jar was made")]
    NoFileName,
    /// The system could not read the file.
    #[error("cannot read cookie file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file has something else in it.
    #[error("{} does not look like a {format} cookie file", path.display())]
    NotThisFormat {
        /// The file.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
    },
    /// A line is bad, and the options say that this fails the load.
    #[error("bad cookie in {}, {bad}", path.display())]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line.
        bad: BadLine,
    },
}

impl LoadError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Why a file was not saved. The old one is as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// No file name was given, neither here nor when the jar was made.
    #[error("no file name was given, neither to save nor when the jar was made")]
    NoFileName,
    /// The system refused a step.
    #[error("cannot {step} {}", path.display())]
    Io {
        /// What was to be done.
        step: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file that is there is not of the jar's format, so it is not overwritten; save without merging to do so.
    #[error("the file was not overwritten")]
    NotCookies(#[source] LoadError),
}

impl SaveError {
    pub(crate) fn io(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { step, path, source }
    }
}
