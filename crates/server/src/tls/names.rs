//! The names a development certificate carries, and the zones its CA is held to.
//!
//! Never: a look at the network; the names are what the caller asks for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{CidrSubnet, GeneralSubtree};
use rustls::pki_types::ServerName;

/// The loopback addresses by number too: some clients are configured with one, and a name would not match it.
const ALWAYS: [&str; 5] = ["localhost", "mandate.localhost", "*.mandate.localhost", "127.0.0.1", "::1"];

/// In a fixed order and without repetition, so that two lists compare as text.
pub(super) struct Names(Vec<String>);

impl Names {
    pub fn with(extra: &[String]) -> io::Result<Names> {
        let mut names = Vec::from(ALWAYS.map(String::from));
        for name in extra {
            let Some(name) = canonical(name) else {
                let why = format!("`{name}` is neither a host name nor an address");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Names(names))
    }

    pub fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }

    /// One a line, as `leaf.names` keeps them.
    pub fn text(&self) -> String {
        self.0.iter().map(|name| format!("{name}\n")).collect()
    }

    /// What the CA may vouch for (RFC 5280 §4.2.1.10): this machine, and the names beyond it that were asked for.
    pub fn zones(&self) -> Vec<GeneralSubtree> {
        let mut zones = vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv4Addr::new(127, 0, 0, 0).into(), 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv6Addr::LOCALHOST.into(), 128)),
        ];
        for zone in self.0.iter().filter_map(|name| zone_beyond(name)) {
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        zones
    }
}

/// The zone of a name that does not lie on this machine.
fn zone_beyond(name: &str) -> Option<GeneralSubtree> {
    match name.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => None,
        Ok(address) => {
            let whole = if address.is_ipv4() { 32 } else { 128 };
            Some(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, whole)))
        }
        Err(_) => {
            let host = name.strip_prefix("*.").unwrap_or(name);
            let local = host == "localhost" || host.ends_with(".localhost");
            (!local).then(|| GeneralSubtree::DnsName(host.to_owned()))
        }
    }
}

/// One spelling for each name. None for what no client could ask for.
fn canonical(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase();
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let host = name.strip_prefix("*.").unwrap_or(&name);
    if host.ends_with('.') || !matches!(ServerName::try_from(host), Ok(ServerName::DnsName(_))) {
        return None;
    }
    // RFC 6125 §7.2: clients refuse a wildcard right under a top-level name.
    if host.len() < name.len() && !host.contains('.') {
        return None;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(extra: &[&str]) -> io::Result<Names> {
        let extra: Vec<String> = extra.iter().copied().map(String::from).collect();
        Names::with(&extra)
    }

    #[test]
    fn a_name_in_another_spelling_is_the_same_name() {
        let names = with(&["LocalHost", " box.example.test ", "Box.Example.Test", "0:0::1", "2001:DB8::7"]).unwrap();
        let beyond = &names.to_vec()[ALWAYS.len()..];
        assert_eq!(beyond, ["box.example.test", "2001:db8::7"]);
    }

    #[test]
    fn what_no_client_could_ask_for_is_refused() {
        for odd in
            ["", "*", "*.", "*.test", "a b", "a..b", "-a.test", "a.test.", "https://a.test", "a.test:8443", "*.1.2.3.4"]
        {
            assert!(with(&[odd]).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn names_on_this_machine_widen_no_zone() {
        let plain = with(&[]).unwrap().zones();
        assert_eq!(with(&["login.mandate.localhost", "127.0.0.9"]).unwrap().zones(), plain);
        assert_eq!(with(&["box.test", "*.box.test", "192.0.2.7"]).unwrap().zones().len(), plain.len() + 2);
    }
}
