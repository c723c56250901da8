//! TXT records: of the DNS that this machine asks, and of an emulator's own zone.
//!
//! Names that no DNS will ever hold (RFC 2606, RFC 6761) are asked of nobody.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use mandate_usecases::issuers::FetchRefusal;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const TIME: Duration = Duration::from_secs(2);
const TRIES: usize = 2;
/// However much a name's DNS says.
const MOST: usize = 100;

/// Records that an emulator answers with, in the place of the DNS.
#[derive(Default)]
pub struct Zone(Mutex<BTreeMap<String, Vec<String>>>);

const MOST_NAMES: usize = 100;
const LONGEST_NAME: usize = 253;
/// RFC 1035 §3.3: a record may hold several strings of 255; one is enough here.
const LONGEST_TEXT: usize = 255;
const MOST_TEXTS: usize = 20;

impl Zone {
    /// `Err`: there are too many, or they are too long.
    pub fn put(&self, name: &str, texts: Vec<String>) -> Result<(), &'static str> {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Err("a name has 1 to 253 characters");
        }
        if texts.len() > MOST_TEXTS || texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            return Err("a name has at most 20 texts, each of at most 255 bytes");
        }
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES && !names.contains_key(&name.to_lowercase()) {
            return Err("there are too many names; remove one first");
        }
        names.insert(name.to_lowercase(), texts);
        Ok(())
    }

    pub fn remove(&self, name: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&name.to_lowercase()).is_some()
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn list(&self) -> BTreeMap<String, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

#[derive(Default)]
pub struct Names {
    own: Option<Arc<Zone>>,
    /// In the place of the machine's own.
    servers: Option<ResolverConfig>,
}

impl Names {
    pub fn and(own: Arc<Zone>) -> Names {
        Names { own: Some(own), ..Names::default() }
    }

    pub async fn texts(&self, name: &str) -> Result<Vec<String>, FetchRefusal> {
        let name = name.to_lowercase();
        if let Some(texts) = self.own.as_ref().and_then(|zone| zone.texts(&name)) {
            return Ok(texts);
        }
        if is_reserved(&name) {
            return Ok(Vec::new());
        }
        // Seldom asked, and by what the machine's settings are then.
        let resolver = self.config().and_then(asking).map_err(FetchRefusal::Failed)?;
        // With the dot at its end nothing is searched for below the machine's own domain.
        let asked = Name::from_ascii(format!("{name}.")).map_err(|error| FetchRefusal::Failed(error.to_string()))?;
        match resolver.lookup(asked.clone(), RecordType::TXT).await {
            Ok(found) => {
                // A name that leads to another one (CNAME) shows what is the other one's.
                let own = found.answers().iter().filter(|record| record.name == asked);
                Ok(own.filter_map(|record| text_of(&record.data)).take(MOST).collect())
            }
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(FetchRefusal::Failed(error.to_string())),
        }
    }

    fn config(&self) -> Result<ResolverConfig, String> {
        if let Some(servers) = &self.servers {
            return Ok(servers.clone());
        }
        read_system_conf().map(|(config, _)| config).map_err(|error| error.to_string())
    }
}

/// The strings of one record belong together (RFC 7208 §3.3).
fn text_of(data: &RData) -> Option<String> {
    let RData::TXT(record) = data else { return None };
    String::from_utf8(record.txt_data.concat()).ok()
}

/// Nothing is kept: who has just put a record there asks again at once.
fn asking(config: ResolverConfig) -> Result<TokioResolver, String> {
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options: &mut ResolverOpts = builder.options_mut();
    (options.timeout, options.attempts, options.cache_size) = (TIME, TRIES, 0);
    builder.build().map_err(|error| error.to_string())
}

fn is_reserved(name: &str) -> bool {
    let labels: Vec<&str> = name.rsplit('.').collect();
    matches!(
        labels[..],
        ["test" | "example" | "invalid" | "localhost" | "local", ..] | ["com" | "net" | "org", "example", ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::config::NameServerConfig;
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::TXT;
    use std::net::{Ipv4Addr, UdpSocket};

    /// A server that knows one name, and says of it what `owner` has; it answers as often as it is asked.
    fn names_of_a_server(name: &'static str, owner: &'static str, texts: &'static [&'static str]) -> Names {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("binds");
        let port = socket.local_addr().expect("is bound").port();
        std::thread::spawn(move || {
            let mut asked = [0; 512];
            while let Ok((length, peer)) = socket.recv_from(&mut asked) {
                let question = Message::from_vec(&asked[..length]).expect("reads");
                let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
                let query = question.queries[0].clone();
                if query.name().to_utf8() == name {
                    let owner = Name::from_ascii(owner).expect("a name");
                    let data = |text: &str| RData::TXT(TXT::new(vec![text.to_owned()]));
                    answer.add_answers(texts.iter().map(|text| Record::from_rdata(owner.clone(), 60, data(text))));
                } else {
                    answer.metadata.response_code = ResponseCode::NXDomain;
                }
                answer.queries.push(query);
                let _ = socket.send_to(&answer.to_vec().expect("is written"), peer);
            }
        });
        let mut server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
        server.connections[0].port = port;
        Names { servers: Some(ResolverConfig::from_parts(None, Vec::new(), vec![server])), ..Names::default() }
    }

    #[tokio::test]
    async fn the_dns_is_asked_for_the_texts_of_a_name() {
        let names = names_of_a_server("kade.dev.", "kade.dev.", &["v=spf1 -all", "MS=ms00000001"]);
        assert_eq!(names.texts("KADE.dev").await, Ok(vec!["v=spf1 -all".to_owned(), "MS=ms00000001".to_owned()]));
        assert_eq!(names.texts("haven.dev").await, Ok(Vec::new()), "there is no such name");
    }

    #[tokio::test]
    async fn what_another_name_says_is_no_names_own() {
        let names = names_of_a_server("wild.kade.dev.", "kade.dev.", &["MS=ms00000001"]);
        assert_eq!(names.texts("wild.kade.dev").await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn an_own_zone_answers_first_and_reserved_names_are_asked_of_nobody() {
        let zone = Arc::new(Zone::default());
        let names = Names::and(zone.clone());
        for name in ["kade.example", "a.test", "b.invalid", "example.com", "mail.example.org"] {
            assert_eq!(names.texts(name).await, Ok(Vec::new()), "{name}");
        }
        zone.put("Kade.example", vec!["MS=ms00000001".to_owned()]).expect("takes it");
        assert_eq!(names.texts("kade.EXAMPLE").await, Ok(vec!["MS=ms00000001".to_owned()]));
        assert!(zone.remove("kade.example") && !zone.remove("kade.example"));
        assert!(zone.put("", Vec::new()).is_err());
        assert!(zone.put("kade.example", vec!["x".repeat(256)]).is_err());
        assert!((0..200).map(|n| zone.put(&format!("{n}.example"), Vec::new())).any(|put| put.is_err()));
    }

    #[test]
    fn reserved_are_whole_labels() {
        assert!(is_reserved("kade.example") && is_reserved("localhost") && is_reserved("example.net"));
        assert!(!is_reserved("myexample.com") && !is_reserved("example.de") && !is_reserved("contest"));
    }
}
