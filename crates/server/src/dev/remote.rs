//! `mandate dev clock`, `reset`, `log` and the rest: the routes under `/_dev/` of an emulator that runs, from a shell.

use super::folder::Folder;
use clap::{Args, Subcommand};
use reqwest::{Certificate, Client, Method, Url};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

#[derive(Subcommand)]
pub enum Deed {
    /// Show the emulator's clock, or move it.
    Clock(Clock),
    /// Back to the seed: directory, sign-ins, clock, faults and log.
    Reset,
    /// Keep the state under a name, and bring it back.
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// Let requests fail or take long.
    #[command(subcommand)]
    Fault(Fault),
    /// Let the DNS say something of a name, so that a domain can be verified; without texts it says nothing any more.
    Dns { name: String, texts: Vec<String> },
    /// Make a token of any content.
    Token(Token),
    /// The signing keys; with --rotate the next one signs from now on.
    Keys {
        #[arg(long)]
        rotate: bool,
    },
    /// What was asked lately, and why it was refused.
    Log {
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Successes as well.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Args)]
pub struct Clock {
    /// A moment such as 2027-01-31T12:00:00Z.
    #[arg(long, value_name = "MOMENT")]
    set: Option<String>,
    /// A span such as 90m, 2h, 7d, or -1d.
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true)]
    advance: Option<String>,
    /// Let it stand still.
    #[arg(long, conflicts_with = "thaw")]
    freeze: bool,
    /// Let it run again.
    #[arg(long)]
    thaw: bool,
    /// Back to the real time.
    #[arg(long)]
    real: bool,
}

#[derive(Subcommand)]
pub enum Snapshot {
    Keep { name: String },
    Restore { name: String },
    Remove { name: String },
    List,
}

#[derive(Subcommand)]
pub enum Fault {
    Add(AddFault),
    List,
    Clear,
}

#[derive(Args)]
pub struct AddFault {
    /// Part of the path of the requests that are struck.
    #[arg(long, default_value = "")]
    path: String,
    #[arg(long)]
    method: Option<String>,
    #[arg(long)]
    status: Option<u16>,
    /// The OAuth word or Graph code that is told.
    #[arg(long)]
    error: Option<String>,
    #[arg(long)]
    suberror: Option<String>,
    /// Seconds.
    #[arg(long)]
    retry_after: Option<u32>,
    #[arg(long, default_value_t = 0)]
    latency_ms: u32,
    #[arg(long, default_value_t = 1.0)]
    probability: f64,
    /// How many requests; all of them when not given.
    #[arg(long)]
    count: Option<u32>,
}

#[derive(Args)]
pub struct Token {
    /// Members as a JSON object.
    #[arg(long, default_value = "{}")]
    claims: String,
    #[arg(long)]
    tenant: Option<String>,
    /// 1 or 2.
    #[arg(long)]
    version: Option<u8>,
    #[arg(long)]
    expired: bool,
    #[arg(long)]
    not_yet_valid: bool,
    #[arg(long)]
    wrong_signature: bool,
    #[arg(long)]
    unknown_key: bool,
}

/// Does it at the emulator whose data folder this is.
pub fn run(data: &Path, deed: Deed) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(call(data, deed))
}

async fn call(data: &Path, deed: Deed) -> Result<(), String> {
    let emulator = Emulator::of(data)?;
    match deed {
        Deed::Clock(clock) => {
            let order = clock.order();
            let method = if order == json!({}) { Method::GET } else { Method::POST };
            let told = emulator.send(method, &["clock"], Some(order)).await?;
            let note = if told["frozen"] == true { " (standing still)" } else { "" };
            println!("{}{note}", told["now"].as_str().unwrap_or(""));
        }
        Deed::Reset => drop(emulator.send(Method::POST, &["reset"], None).await?),
        Deed::Snapshot(Snapshot::Keep { name }) => {
            let told = emulator.send(Method::PUT, &["snapshots", &name], None).await?;
            println!("{name}: {} rows", told["rows"]);
        }
        Deed::Snapshot(Snapshot::Restore { name }) => {
            drop(emulator.send(Method::POST, &["snapshots", &name, "restore"], None).await?);
        }
        Deed::Snapshot(Snapshot::Remove { name }) => {
            drop(emulator.send(Method::DELETE, &["snapshots", &name], None).await?);
        }
        Deed::Snapshot(Snapshot::List) => {
            let told = emulator.send(Method::GET, &["snapshots"], None).await?;
            for one in told["snapshots"].as_array().into_iter().flatten() {
                println!("{:<32} {} rows", one["name"].as_str().unwrap_or(""), one["rows"]);
            }
        }
        Deed::Fault(Fault::Add(fault)) => {
            let told = emulator.send(Method::POST, &["faults"], Some(fault.order())).await?;
            println!("fault {}", told["id"]);
        }
        Deed::Fault(Fault::List) => println!("{:#}", emulator.send(Method::GET, &["faults"], None).await?["faults"]),
        Deed::Fault(Fault::Clear) => drop(emulator.send(Method::DELETE, &["faults"], None).await?),
        Deed::Dns { name, texts } => {
            let (method, order) =
                if texts.is_empty() { (Method::DELETE, None) } else { (Method::PUT, Some(json!({ "texts": texts }))) };
            drop(emulator.send(method, &["dns", &name], order).await?);
        }
        Deed::Token(token) => {
            let told = emulator.send(Method::POST, &["tokens"], Some(token.order()?)).await?;
            println!("{}", told["token"].as_str().unwrap_or(""));
        }
        Deed::Keys { rotate } => {
            let (method, path): (_, &[&str]) =
                if rotate { (Method::POST, &["keys", "rotate"]) } else { (Method::GET, &["keys"]) };
            let told = emulator.send(method, path, None).await?;
            for key in told["keys"].as_array().into_iter().flatten() {
                let text = |name: &str| key[name].as_str().unwrap_or("").to_owned();
                println!("{}  {:<8} {}", text("kid"), text("state"), text("activeFrom"));
            }
        }
        Deed::Log { limit, all } => {
            let query = format!("exchanges?limit={limit}{}", if all { "" } else { "&refusals=1" });
            print_log(&emulator.get(&query).await?);
        }
    }
    Ok(())
}

/// The oldest first, so that the last line is the last request.
fn print_log(told: &Value) {
    for one in told["exchanges"].as_array().into_iter().flatten().rev() {
        let text = |name: &str| one[name].as_str().unwrap_or("").to_owned();
        println!("{} {} {} {}", text("at"), one["status"], text("method"), text("path"));
        let (code, cause) = (text("code"), text("cause"));
        if !code.is_empty() {
            println!("    {code}: {}", text("text"));
        }
        if !cause.is_empty() {
            println!("    because: {cause}");
        }
    }
}

impl Clock {
    fn order(&self) -> Value {
        let mut order = json!({});
        if self.real {
            order["reset"] = json!(true);
        }
        if let Some(set) = &self.set {
            order["set"] = json!(set);
        }
        if let Some(advance) = &self.advance {
            order["advance"] = json!(advance);
        }
        if self.freeze || self.thaw {
            order["freeze"] = json!(self.freeze);
        }
        order
    }
}

impl AddFault {
    fn order(&self) -> Value {
        json!({
            "path": self.path, "method": self.method, "status": self.status, "error": self.error,
            "suberror": self.suberror, "retryAfter": self.retry_after, "latencyMs": self.latency_ms,
            "probability": self.probability, "count": self.count,
        })
    }
}

impl Token {
    fn order(&self) -> Result<Value, String> {
        let claims: Value = serde_json::from_str(&self.claims).map_err(|error| format!("--claims: {error}"))?;
        Ok(json!({
            "claims": claims, "tenant": self.tenant, "version": self.version, "expired": self.expired,
            "notYetValid": self.not_yet_valid, "wrongSignature": self.wrong_signature, "unknownKey": self.unknown_key,
        }))
    }
}

struct Emulator {
    base: Url,
    client: Client,
}

impl Emulator {
    /// What dev.env says of it.
    fn of(data: &Path) -> Result<Emulator, String> {
        let folder = Folder::of_running(data)?;
        let env = folder.env()?;
        let base = env.get("MANDATE_LOCAL").ok_or("dev.env names no MANDATE_LOCAL")?;
        let authority = std::fs::read(folder.ca()).map_err(|error| format!("cannot read the CA: {error}"))?;
        let authority = Certificate::from_pem(&authority).map_err(|error| error.to_string())?;
        let client = Client::builder()
            .tls_certs_only([authority])
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Emulator { base: Url::parse(base).map_err(|error| error.to_string())?, client })
    }

    async fn get(&self, rest: &str) -> Result<Value, String> {
        let url = self.base.join(&format!("/_dev/{rest}")).map_err(|error| error.to_string())?;
        read(self.client.get(url)).await
    }

    async fn send(&self, method: Method, path: &[&str], body: Option<Value>) -> Result<Value, String> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| "dev.env names no address".to_owned())?.push("_dev").extend(path);
        let mut request = self.client.request(method.clone(), url);
        if let Some(body) = body.filter(|_| method != Method::GET) {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        read(request).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| format!("the emulator does not answer: {error}"))?;
    let fine = answer.status().is_success();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    let told: Value = serde_json::from_str(&text).unwrap_or_default();
    if fine { Ok(told) } else { Err(told["error"].as_str().unwrap_or("the emulator refused").to_owned()) }
}
