//! The measure of all ratios: RSA-2048 signatures a second of one core, made by the library the product signs with; and
//! for sign-ins, password hashes a second.
//! Runs as a child on the server's core, in the same round as what is measured against it.

use std::env;
use std::hint::black_box;
use std::process::Stdio;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};

use crate::clock;
use crate::cores::{Cores, Place};

const SPAN: Duration = Duration::from_millis(1500);
const WARM_UP: u32 = 200;

pub struct Signer {
    pair: RsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    pub fn new() -> Result<Self, String> {
        Ok(Signer {
            pair: RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| "generating an RSA key failed")?,
            random: SystemRandom::new(),
        })
    }

    pub fn sign(&self, message: &[u8]) {
        let mut signature = [0_u8; 256];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, black_box(message), &mut signature)
            .expect("a 2048-bit key signs into 256 bytes");
        black_box(signature);
    }
}

/// A signature, and all that it takes to verify it.
pub struct Verifier {
    public: Vec<u8>,
    message: Vec<u8>,
    signature: [u8; 256],
}

impl Verifier {
    /// Over as many bytes as a token has.
    pub fn of(signer: &Signer, length: usize) -> Self {
        let (message, mut signature) = (vec![b'x'; length], [0_u8; 256]);
        signer
            .pair
            .sign(&RSA_PKCS1_SHA256, &signer.random, &message, &mut signature)
            .expect("a 2048-bit key signs into 256 bytes");
        Verifier { public: signer.pair.public_key().as_ref().to_vec(), message, signature }
    }

    /// As a server does that holds the key ready.
    pub fn verify(&self) {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public);
        key.verify(black_box(&self.message), &self.signature).expect("it was signed by this key");
    }
}

/// `mandate-bench raw`: prints the signatures a second.
pub fn print() -> Result<(), String> {
    let signer = Signer::new()?;
    print_rate(WARM_UP, |count| signer.sign(&count.to_be_bytes()));
    Ok(())
}

/// The word for hashes behind `mandate-bench raw`.
pub const ARGON2ID: &str = "argon2id";
/// As the product hashes: the OWASP minimum, 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const HASHES_TO_WARM_UP: u32 = 4;

/// `mandate-bench raw argon2id`: prints the password hashes a second.
pub fn print_hashes() -> Result<(), String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|err| format!("setting argon2id up: {err}"))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    print_rate(HASHES_TO_WARM_UP, |count| {
        let salt = [count.to_be_bytes(); 4].concat();
        let mut hash = [0_u8; 32];
        let password: &[u8] = black_box(b"Polder-Fiets-42");
        argon.hash_password_into(password, &salt, &mut hash).expect("16 bytes of salt and 32 of hash are allowed");
        black_box(hash);
    });
    Ok(())
}

fn print_rate(warm_up: u32, mut once: impl FnMut(u32)) {
    for count in 0..warm_up {
        once(count);
    }
    let started = clock::now();
    let mut count = 0_u32;
    let mut passed = Duration::ZERO;
    while passed < SPAN {
        once(count);
        count += 1;
        passed = clock::now() - started;
    }
    println!("{:.1}", f64::from(count) / passed.as_secs_f64());
}

/// One reading of signatures, on the core where the server sits idle meanwhile.
pub fn measure(cores: &Cores) -> Result<f64, String> {
    read(cores, &["raw"])
}

/// The same of password hashes.
pub fn measure_hashes(cores: &Cores) -> Result<f64, String> {
    read(cores, &["raw", ARGON2ID])
}

fn read(cores: &Cores, words: &[&str]) -> Result<f64, String> {
    let own = env::current_exe().map_err(|err| format!("looking for this program: {err}"))?;
    let output = cores
        .command(Place::ServerCore, &own)
        .args(words)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|err| format!("starting the raw measurement: {err}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().parse() {
        Ok(rate) if output.status.success() => Ok(rate),
        _ => Err(format!("the raw measurement ended with {} and `{text}`", output.status)),
    }
}
