//! Subscriptions to changes: made, renewed, ended; and told, one letter after another (graph-api.md §2.16).
//!
//! What a letter says, and which right it stands on, is the wire's business: `mandate_graph::notify`.

use crate::access::{Caller, Permit};
use crate::directory::LinkHere;
use crate::issuers::FetchRefusal;
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{Draw, Moment, ObjectId, SubscriptionId, TenantId};
use mandate_domain::group::LinkRole;
use mandate_domain::group_properties;
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::subscription::{
    ChangeType, HOLD, LAST, MOST_OF_CLIENT, MOST_OF_TENANT, Progress, Said, Subscription, Watched, lifetime,
};
use mandate_store::{Committed, Gone};

/// `POST /subscriptions`
pub struct Subscribe<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub said: Said,
    pub expires: Moment,
}

/// `PATCH /subscriptions/{id}`
pub struct Renew<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub subscription: SubscriptionId,
    pub expires: Option<Moment>,
    pub notification_url: Option<String>,
}

/// `DELETE /subscriptions/{id}`
pub struct Unsubscribe<'a> {
    pub caller: &'a Caller,
    pub subscription: SubscriptionId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionRefusal {
    NoSuchObject,
    /// In the past, or too far away.
    BadLifetime,
    TooMany,
}

pub struct SubscribeFacts {
    of_client: usize,
    of_tenant: i64,
    count: i64,
}

impl UseCase for Subscribe<'_> {
    type Facts = SubscribeFacts;
    type Reply = Subscription;
    type Refusal = SubscriptionRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<SubscribeFacts, Fault> {
        // Whatever ended counts until it is swept away, which is within the hour.
        let most = MOST_OF_CLIENT as i64;
        Ok(SubscribeFacts {
            of_client: facing.view.subscriptions_of(self.caller.client, Moment::EPOCH, most).await?.len(),
            of_tenant: facing.view.subscription_count().await?,
            count: facing.view.change_count().await?,
        })
    }

    fn plan(&self, facts: SubscribeFacts, now: Moment, draw: &mut dyn Draw) -> Plan<Subscription, SubscriptionRefusal> {
        let Some(expires) = lifetime(self.expires, now) else {
            return Plan::refuse(SubscriptionRefusal::BadLifetime);
        };
        if facts.of_client >= MOST_OF_CLIENT || facts.of_tenant >= MOST_OF_TENANT as i64 {
            return Plan::refuse(SubscriptionRefusal::TooMany);
        }
        let subscription = Subscription {
            id: draw.id().into(),
            client: self.caller.client,
            user: self.caller.user().map(|user| user.id),
            said: self.said.clone(),
            expires,
            progress: Progress::beginning(facts.count, now),
        };
        let mut record = Record::default();
        record.trace(Trace::SubscriptionMade(Box::new(subscription.clone())));
        Plan::answer(subscription, record)
    }
}

impl UseCase for Renew<'_> {
    type Facts = Option<Subscription>;
    type Reply = Subscription;
    type Refusal = SubscriptionRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Subscription>, Fault> {
        facing.view.subscription_by_id(self.subscription).await
    }

    fn plan(
        &self,
        found: Option<Subscription>,
        now: Moment,
        _: &mut dyn Draw,
    ) -> Plan<Subscription, SubscriptionRefusal> {
        let Some(mut subscription) = found.filter(|found| is_own(found, self.caller, now)) else {
            return Plan::refuse(SubscriptionRefusal::NoSuchObject);
        };
        if let Some(asked) = self.expires {
            let Some(expires) = lifetime(asked, now) else {
                return Plan::refuse(SubscriptionRefusal::BadLifetime);
            };
            subscription.expires = expires;
        }
        if let Some(url) = &self.notification_url {
            subscription.said.notification_url.clone_from(url);
        }
        let mut record = Record::default();
        record.trace(Trace::SubscriptionRenewed(Box::new(subscription.clone())));
        Plan::answer(subscription, record)
    }
}

impl UseCase for Unsubscribe<'_> {
    type Facts = Option<Subscription>;
    type Reply = ();
    type Refusal = SubscriptionRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Subscription>, Fault> {
        facing.view.subscription_by_id(self.subscription).await
    }

    fn plan(&self, found: Option<Subscription>, now: Moment, _: &mut dyn Draw) -> Plan<(), SubscriptionRefusal> {
        if !found.is_some_and(|found| is_own(&found, self.caller, now)) {
            return Plan::refuse(SubscriptionRefusal::NoSuchObject);
        }
        let mut record = Record::default();
        record.trace(Trace::SubscriptionEnded(self.subscription));
        Plan::answer((), record)
    }
}

/// Of this app, and in this person's name; an app that calls for itself has all that it made.
fn is_own(found: &Subscription, caller: &Caller, now: Moment) -> bool {
    let own = caller.user().map(|user| user.id);
    found.client == caller.client && (own.is_none() || found.user == own) && found.expires > now
}

pub async fn one(house: &House, caller: &Caller, id: SubscriptionId) -> Result<Option<Subscription>, Fault> {
    let found = house.store.tenant(caller.tenant).subscription_by_id(id).await?;
    Ok(found.filter(|found| is_own(found, caller, house.now())))
}

pub async fn own(house: &House, caller: &Caller) -> Result<Vec<Subscription>, Fault> {
    let now = house.now();
    let mut all = house.store.tenant(caller.tenant).subscriptions_of(caller.client, now, MOST_OF_CLIENT as i64).await?;
    all.retain(|found| is_own(found, caller, now));
    Ok(all)
}

/// Posts to a receiver, and says what it answered.
pub async fn post(house: &House, url: &str, kind: &'static str, body: String) -> Result<Vec<u8>, FetchRefusal> {
    house.outside.post(url.to_owned(), kind, body).await
}

/// One that is told by nobody else for a while.
pub struct Held {
    pub tenant: TenantId,
    pub subscription: Subscription,
    until: Moment,
}

/// Those that something may have to be told to now; nobody else will tell them.
pub async fn due(house: &House, most: i64) -> Result<Vec<Held>, Fault> {
    let now = house.now();
    let mut held = Vec::new();
    for (tenant, subscription) in house.store.global().subscriptions_due(now, most).await? {
        let (until, was) = (now + HOLD, subscription.progress.held);
        let mut record = Record::default();
        record.trace(Trace::SubscriptionHeld { subscription: subscription.id, until, was });
        if house.store.commit(tenant, &record, now).await? == Committed::Done {
            held.push(Held { tenant, subscription, until });
        }
    }
    Ok(held)
}

/// An object that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub object: ObjectId,
    pub seq: i64,
    pub kind: ChangeType,
}

/// What changed behind the place that was told last.
pub struct News {
    pub objects: Vec<Changed>,
    /// Who came into the group or left it, of subscriptions to one group.
    pub links: Vec<LinkHere>,
    /// Where the next letter begins.
    pub up_to: (i64, ObjectId),
    pub more: bool,
}

/// Objects of one letter.
const MOST: i64 = 50;
const MOST_LINKS: i64 = 100;

pub async fn news(house: &House, held: &Held) -> Result<News, Fault> {
    let view = house.store.tenant(held.tenant);
    let Progress { seq, after, .. } = held.subscription.progress;
    let watched = held.subscription.said.watched;
    // Asked first: whatever is below it is seen below.
    let count = view.change_count().await?;
    let mut objects = view.changed_after(&[watched.noun()], (seq, after), MOST).await?;
    let more = objects.len() as i64 == MOST;
    let last = objects.last().map(|last| (last.seq, last.object));
    let up_to = last.filter(|last| more || last.0 > count).unwrap_or((count, LAST));
    if let Some(only) = watched.object() {
        objects.retain(|changed| changed.object == only);
    }
    let links = match watched {
        Watched::Group(group) | Watched::Members(group) if !objects.is_empty() => {
            let changed = view.links_changed(group, LinkRole::Member, seq, None, MOST_LINKS).await?;
            changed.into_iter().map(LinkHere::of).collect()
        }
        _ => Vec::new(),
    };
    let objects = objects.iter().map(|one| Changed { object: one.object, seq: one.seq, kind: kind_of(one.gone) });
    Ok(News { objects: objects.collect(), links, up_to, more })
}

/// What can be brought back was changed; only what cannot is deleted.
const fn kind_of(gone: Gone) -> ChangeType {
    match gone {
        Gone::ForGood => ChangeType::Deleted,
        Gone::No | Gone::ForNow => ChangeType::Updated,
    }
}

/// Whether who is in the group is for few.
pub async fn hides_members(house: &House, tenant: TenantId, group: ObjectId) -> Result<bool, Fault> {
    let found = house.store.tenant(tenant).group_by_id(group.into()).await?;
    Ok(found.as_ref().is_some_and(group_properties::hides_members))
}

/// It was told, or had nothing to be told.
pub async fn told(house: &House, held: &Held, news: &News) -> Result<(), Fault> {
    let now = house.now();
    keep(house, held, held.subscription.progress.told(news.up_to, news.more, now), now).await
}

/// Nobody took it. Whether that was the last try: then it is told of what comes next.
pub async fn failed(house: &House, held: &Held, news: &News) -> Result<bool, Fault> {
    let now = house.now();
    let later = held.subscription.progress.failed(now);
    let progress = later.unwrap_or_else(|| held.subscription.progress.told(news.up_to, news.more, now));
    keep(house, held, progress, now).await?;
    Ok(later.is_none())
}

async fn keep(house: &House, held: &Held, progress: Progress, now: Moment) -> Result<(), Fault> {
    let mut record = Record::default();
    record.trace(Trace::SubscriptionTold { subscription: held.subscription.id, progress, held: held.until });
    house.store.commit(held.tenant, &record, now).await.map(drop)
}

/// Its maker may no longer read what it is about.
pub async fn end(house: &House, held: &Held) -> Result<(), Fault> {
    let mut record = Record::default();
    record.trace(Trace::SubscriptionEnded(held.subscription.id));
    house.store.commit(held.tenant, &record, house.now()).await.map(drop)
}
