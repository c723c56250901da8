//! Statements as constants. A [`TenantSql`] that does not bind its tenant does not compile.

/// A statement on one tenant's rows: `$1` is the tenant's short key, always (`short`).
#[derive(Debug)]
pub struct TenantSql(&'static str);

/// A statement on one of the few global tables: tenants, domains, app cards, keys.
#[derive(Debug)]
pub struct GlobalSql(&'static str);

impl TenantSql {
    pub const fn new(text: &'static str) -> TenantSql {
        let bound =
            contains(text, "tenant_id = $1") || (contains(text, "INSERT INTO") && contains(text, "(tenant_id,"));
        assert!(bound, "a statement on a tenant's table must say `tenant_id = $1`, or insert it first");
        TenantSql(text)
    }

    pub const fn text(&self) -> &'static str {
        self.0
    }
}

impl GlobalSql {
    pub const fn new(text: &'static str) -> GlobalSql {
        assert!(!contains(text, "tenant_id = $1"), "a tenant's table is reached through TenantSql");
        GlobalSql(text)
    }

    pub const fn text(&self) -> &'static str {
        self.0
    }
}

const fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut at = 0;
        while at < part.len() && text[start + at] == part[at] {
            at += 1;
        }
        if at == part.len() {
            return true;
        }
        start += 1;
    }
    false
}
