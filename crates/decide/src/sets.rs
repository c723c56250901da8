//! Sets of permissions and of directory actions: bit sets of fixed size, so a look-up is one load and needs no heap.

/// A permission of the built-in Graph resource, by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Perm(u16);

/// A directory action (`microsoft.directory/users/standard/read`), by its place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Action(u16);

macro_rules! bit_set {
    ($(#[$doc:meta])* $set:ident of $item:ident, $words:literal) => {
        impl $item {
            /// `None` past the capacity of the set: the catalogue's loader treats that as a build error.
            pub const fn at(place: usize) -> Option<$item> {
                if place < $words * 64 { Some($item(place as u16)) } else { None }
            }

            pub const fn place(self) -> usize {
                self.0 as usize
            }
        }

        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $set([u64; $words]);

        impl $set {
            pub const EMPTY: $set = $set([0; $words]);

            pub const fn holds(&self, item: $item) -> bool {
                self.0[item.place() / 64] & (1 << (item.place() % 64)) != 0
            }

            pub const fn add(&mut self, item: $item) {
                self.0[item.place() / 64] |= 1 << (item.place() % 64);
            }

            pub fn intersect(&self, other: &$set) -> $set {
                let mut both = self.clone();
                for (mine, theirs) in both.0.iter_mut().zip(other.0) {
                    *mine &= theirs;
                }
                both
            }

            pub fn unite(&mut self, other: &$set) {
                for (mine, theirs) in self.0.iter_mut().zip(other.0) {
                    *mine |= theirs;
                }
            }

            pub fn iter(&self) -> impl Iterator<Item = $item> + '_ {
                (0..$words * 64).filter_map($item::at).filter(|item| self.holds(*item))
            }

            pub fn is_empty(&self) -> bool {
                self.0.iter().all(|word| *word == 0)
            }
        }

        impl Default for $set {
            fn default() -> $set {
                $set::EMPTY
            }
        }

        impl FromIterator<$item> for $set {
            fn from_iter<I: IntoIterator<Item = $item>>(items: I) -> $set {
                let mut set = $set::EMPTY;
                for item in items {
                    set.add(item);
                }
                set
            }
        }
    };
}

bit_set!(
    /// Permissions of one kind (delegated or application), of the Graph resource.
    PermSet of Perm, 16
);
bit_set!(
    /// Directory actions that hold in the whole tenant.
    ActionSet of Action, 16
);
