//! The way out: fetches documents from addresses that tenants registered, and from nowhere a tenant should not reach;
//! and asks the DNS for what proves a name.
//!
//! A name is looked up once, and the addresses that are called are the ones that were judged: a name that answers
//! differently the second time gains nothing. Never: a redirect, a proxy, plain http but to a developer's own machine.

mod names;

pub use names::Zone;

use mandate_usecases::issuers::{Fetch, FetchRefusal, Fetched};
use names::Names;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, redirect};
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Host;

/// How far this house may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// And this machine itself, there also without TLS: for developers.
    AndLoopback,
    /// The operator's own network as well.
    AndPrivate,
}

pub struct Outside {
    reach: Reach,
    /// Trusted beside the system's own.
    authority: Option<Vec<u8>>,
    // Made when first used: reading the system's trust anchors is no part of starting.
    client: OnceLock<Result<Client, String>>,
    names: Names,
}

const TIME: Duration = Duration::from_secs(5);
/// Of whoever is told of something (graph-api.md §2.16).
const TIME_TO_POST: Duration = Duration::from_secs(10);
const LARGEST: usize = 512 * 1024;

impl Outside {
    pub fn new(reach: Reach, authority_pem: Option<Vec<u8>>) -> Outside {
        Outside { reach, authority: authority_pem, client: OnceLock::new(), names: Names::default() }
    }

    /// With names of its own beside those of the DNS.
    pub fn knowing(self, zone: Arc<Zone>) -> Outside {
        Outside { names: Names::and(zone), ..self }
    }

    fn client(&self) -> Result<&Client, FetchRefusal> {
        let made = self.client.get_or_init(|| {
            let own = self.authority.as_deref().map(Certificate::from_pem).transpose();
            let own = own.map_err(|error| error.to_string())?;
            Client::builder()
                .https_only(self.reach != Reach::AndLoopback)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(TIME)
                .connect_timeout(TIME)
                .dns_resolver(Guarded(self.reach))
                .tls_certs_merge(own)
                .build()
                .map_err(|error| error.to_string())
        });
        made.as_ref().map_err(|why| FetchRefusal::Failed(why.clone()))
    }

    /// The URL, when it is one that may be called.
    fn judged(&self, url: &str) -> Result<url::Url, FetchRefusal> {
        let parsed = url::Url::parse(url).map_err(|_| FetchRefusal::BadUrl)?;
        let plain = parsed.scheme() == "http" && self.reach == Reach::AndLoopback && is_this_machine(&parsed);
        if !(parsed.scheme() == "https" || plain) || !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(FetchRefusal::BadUrl);
        }
        // An address in the URL is asked of no resolver.
        let literal = match parsed.host().ok_or(FetchRefusal::BadUrl)? {
            Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
            Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
            Host::Domain(_) => None,
        };
        if literal.is_some_and(|address| !self.reach.covers(address)) {
            return Err(FetchRefusal::PrivateAddress);
        }
        Ok(parsed)
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchRefusal> {
        let parsed = self.judged(url)?;
        let answer = self.client()?.get(parsed).header("accept", "application/json").send().await.map_err(refusal)?;
        if answer.status().is_redirection() {
            return Err(FetchRefusal::Redirected);
        }
        if answer.status() != reqwest::StatusCode::OK {
            return Err(FetchRefusal::Failed(format!("HTTP {}", answer.status().as_u16())));
        }
        whole(answer).await
    }
}

async fn whole(mut answer: reqwest::Response) -> Result<Vec<u8>, FetchRefusal> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(refusal)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(FetchRefusal::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Fetch for Outside {
    fn get(&self, url: String) -> Fetched<'_, Vec<u8>> {
        Box::pin(async move { self.fetch(&url).await })
    }

    fn post(&self, url: String, kind: &'static str, body: String) -> Fetched<'_, Vec<u8>> {
        Box::pin(async move {
            let request = self.client()?.post(self.judged(&url)?).body(body).timeout(TIME_TO_POST);
            let answer = request.header("content-type", kind).send().await.map_err(refusal)?;
            match answer.status() {
                status if status.is_redirection() => Err(FetchRefusal::Redirected),
                status if status.is_success() => whole(answer).await,
                status => Err(FetchRefusal::Failed(format!("HTTP {}", status.as_u16()))),
            }
        })
    }

    fn texts(&self, name: String) -> Fetched<'_, Vec<String>> {
        Box::pin(async move { self.names.texts(&name).await })
    }
}

fn refusal(error: reqwest::Error) -> FetchRefusal {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(inner) = cause {
        if inner.is::<NotCovered>() {
            return FetchRefusal::PrivateAddress;
        }
        cause = inner.source();
    }
    if error.is_timeout() { FetchRefusal::TooSlow } else { FetchRefusal::Failed(error.without_url().to_string()) }
}

/// What it is called, or its address; a name that merely leads here is not enough.
fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

struct Guarded(Reach);

#[derive(Debug)]
struct NotCovered;

impl fmt::Display for NotCovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to an address that is not called")
    }
}

impl Error for NotCovered {}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fine: Vec<SocketAddr> = found.filter(|address| reach.covers(address.ip())).collect();
            if fine.is_empty() {
                return Err(Box::new(NotCovered) as Box<dyn Error + Send + Sync>);
            }
            Ok(Box::new(fine.into_iter()) as Addrs)
        })
    }
}

impl Reach {
    fn covers(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self {
            Reach::AndPrivate => !is_never(address),
            Reach::AndLoopback => address.is_loopback() || is_public(address),
            Reach::Public => is_public(address),
        }
    }
}

/// Nobody's services are there, or those of the cloud that this machine runs in (169.254.169.254).
fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast() || v6.is_unicast_link_local(),
    }
}

/// The special-purpose registries of IANA (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    if is_never(address) || address.is_loopback() {
        return false;
    }
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    let special = (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113);
    !(address.is_private() || shared || benchmark || special || a == 0 || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3; within it documentation, benchmarks and the ways into IPv4 are not called.
    let global = first & 0xe000 == 0x2000;
    let special = (first == 0x2001 && (second == 0x0db8 || second < 0x0200)) || first == 0x2002 || first == 0x3fff;
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(reach: Reach, text: &str) -> bool {
        reach.covers(text.parse().expect("an address"))
    }

    #[test]
    fn only_public_addresses_are_called() {
        for text in ["8.8.8.8", "1.1.1.1", "2a00:1450::1"] {
            assert!(covers(Reach::Public, text), "{text}");
        }
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for text in private {
            assert!(!covers(Reach::Public, text), "{text}");
        }
        assert!(covers(Reach::AndLoopback, "127.0.0.1") && !covers(Reach::AndLoopback, "10.0.0.1"));
        assert!(covers(Reach::AndPrivate, "10.0.0.1") && !covers(Reach::AndPrivate, "169.254.169.254"));
    }

    #[tokio::test]
    async fn what_is_no_https_url_to_a_public_place_is_refused() {
        let outside = Outside::new(Reach::Public, None);
        for url in [
            "http://issuer.example/",
            "ftp://issuer.example/",
            "issuer.example",
            "https://user:pw@issuer.example/",
            "https://",
        ] {
            assert_eq!(outside.fetch(url).await, Err(FetchRefusal::BadUrl), "{url}");
        }
        for url in [
            "https://127.0.0.1:1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://localhost/",
            "https://[::ffff:10.0.0.1]/",
        ] {
            assert_eq!(outside.fetch(url).await, Err(FetchRefusal::PrivateAddress), "{url}");
        }
    }

    #[test]
    fn a_developers_own_machine_is_called_without_tls_and_no_other() {
        let judged = |reach, url: &str| Outside::new(reach, None).judged(url).is_ok();
        for url in ["http://localhost:9000/hook", "http://127.0.0.1:9000/", "http://[::1]:9000/"] {
            assert!(judged(Reach::AndLoopback, url), "{url}");
            assert!(!judged(Reach::Public, url) && !judged(Reach::AndPrivate, url), "{url}");
        }
        for url in ["http://hooks.example/", "http://8.8.8.8/", "http://localhost.example/", "http://10.0.0.1/"] {
            assert!(!judged(Reach::AndLoopback, url), "{url}");
        }
    }
}
