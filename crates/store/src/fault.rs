//! A fault is ours: the store is down, a row is corrupt, a bug. It keeps its cause and says what was being done.

use std::error::Error;
use std::fmt;

pub struct Fault {
    doing: &'static str,
    cause: Box<dyn Error + Send + Sync>,
}

impl Fault {
    pub fn new(doing: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault { doing, cause: cause.into() }
    }

    /// For `map_err`.
    pub fn while_doing<E: Into<Box<dyn Error + Send + Sync>>>(doing: &'static str) -> impl FnOnce(E) -> Fault {
        move |cause| Fault::new(doing, cause)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.cause)?;
        let mut cause = self.cause.source();
        while let Some(deeper) = cause {
            write!(f, ": {deeper}")?;
            cause = deeper.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
