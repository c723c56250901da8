//! The measure of all ratios: RSA-2048 signatures a second of one core, made by the library the product signs with.
//! Runs as a child on the server's core, in the same round as what is measured against it.

use std::env;
use std::hint::black_box;
use std::process::Stdio;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

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

/// `mandate-bench raw`: prints the signatures a second.
pub fn print() -> Result<(), String> {
    let signer = Signer::new()?;
    for count in 0..WARM_UP {
        signer.sign(&count.to_be_bytes());
    }
    let started = clock::now();
    let mut count = 0_u32;
    let mut passed = Duration::ZERO;
    while passed < SPAN {
        signer.sign(&count.to_be_bytes());
        count += 1;
        passed = clock::now() - started;
    }
    println!("{:.1}", f64::from(count) / passed.as_secs_f64());
    Ok(())
}

/// One reading, on the core where the server sits idle meanwhile.
pub fn measure(cores: &Cores) -> Result<f64, String> {
    let own = env::current_exe().map_err(|err| format!("looking for this program: {err}"))?;
    let output = cores
        .command(Place::ServerCore, &own)
        .arg("raw")
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
