//! Which proof a client owes at the token endpoint. The redirect URI's platform decides, not the app (protocol.md §2.4).

use super::claims::Proof;
use crate::signin::redirect::Platform;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofOwed {
    /// A web client must prove itself.
    CredentialMissing,
    /// A public one must not pretend to.
    PublicWithCredential,
    /// A spa's tokens are redeemed by its page,
    SpaNeedsOrigin,
    /// and only a spa's are.
    NotForSpa,
}

/// `cross_origin`: the request came from a page's script, of an origin that the app registered.
pub fn check_proof(platform: Platform, proof: Proof, cross_origin: bool) -> Result<(), ProofOwed> {
    match (platform, proof) {
        (Platform::Web, Proof::None) => Err(ProofOwed::CredentialMissing),
        (Platform::Web, _) if cross_origin => Err(ProofOwed::NotForSpa),
        (Platform::Spa | Platform::Public, Proof::Secret | Proof::Assertion) => Err(ProofOwed::PublicWithCredential),
        (Platform::Spa, Proof::None) if !cross_origin => Err(ProofOwed::SpaNeedsOrigin),
        (Platform::Public, Proof::None) if cross_origin => Err(ProofOwed::NotForSpa),
        _ => Ok(()),
    }
}

impl ProofOwed {
    pub const fn code(self) -> u32 {
        match self {
            ProofOwed::CredentialMissing => 7_000_218,
            ProofOwed::PublicWithCredential => 700_025,
            ProofOwed::SpaNeedsOrigin => 9_002_327,
            ProofOwed::NotForSpa => 9_002_326,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_owes_its_own_proof() {
        let cases = [
            (Platform::Web, Proof::Secret, false, Ok(())),
            (Platform::Web, Proof::None, false, Err(ProofOwed::CredentialMissing)),
            (Platform::Web, Proof::Secret, true, Err(ProofOwed::NotForSpa)),
            (Platform::Spa, Proof::None, true, Ok(())),
            (Platform::Spa, Proof::None, false, Err(ProofOwed::SpaNeedsOrigin)),
            (Platform::Spa, Proof::Secret, true, Err(ProofOwed::PublicWithCredential)),
            (Platform::Public, Proof::None, false, Ok(())),
            (Platform::Public, Proof::None, true, Err(ProofOwed::NotForSpa)),
            (Platform::Public, Proof::Assertion, false, Err(ProofOwed::PublicWithCredential)),
        ];
        for (platform, proof, cross_origin, expected) in cases {
            assert_eq!(check_proof(platform, proof, cross_origin), expected, "{platform:?} {proof:?} {cross_origin}");
        }
    }
}
