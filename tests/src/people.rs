//! The people, groups and tenants of the sample organisation, by name.

use mandate_base::{GroupId, TenantId, UserId};

pub const WATERKANT: &str = "11111111-1111-4111-8111-111111111111";
pub const ZONNEBEL: &str = "22222222-2222-4222-8222-222222222222";
pub const WATERKANT_ID: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
pub const ZONNEBEL_ID: TenantId = TenantId::from_u128(0x22222222_2222_4222_8222_222222222222);

/// All people of the sample share one.
pub const PASSWORD: &str = "Polder-Fiets-42";

/// Global Administrator.
pub const SANNE: &str = "sanne.devries@waterkant.example";
/// A member without roles, in the group Operations.
pub const JORIS: &str = "joris.bakker@waterkant.example";
/// Application Administrator.
pub const ANNEKE: &str = "anneke.jansen@waterkant.example";
/// A member without roles, in the group Finance.
pub const LUKAS: &str = "lukas.schneider@waterkant.example";
/// In Finance, assigned to Payroll, Approver of orders.
pub const FATIMA: &str = "fatima.elamrani@waterkant.example";
/// Her account is disabled.
pub const EMMA: &str = "emma.smit@waterkant.example";
/// A guest.
pub const GIJS: &str = "gast_zonnebel.example#EXT#@waterkant.example";
/// Global Administrator of the publisher.
pub const KATRIN: &str = "katrin.weber@zonnebel.example";

pub const SANNE_ID: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000001);
pub const JORIS_ID: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000002);
pub const LUKAS_ID: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000004);
pub const FATIMA_ID: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000007);
pub const KATRIN_ID: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000021);

pub const EVERYBODY: GroupId = GroupId::from_u128(0xbbbbbbbb_0000_4000_8000_000000000001);
pub const OPERATIONS: GroupId = GroupId::from_u128(0xbbbbbbbb_0000_4000_8000_000000000003);
