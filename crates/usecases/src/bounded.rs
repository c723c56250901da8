//! Room in a map of things that outsiders cause: when it is full, the oldest tenth goes at once, so that the next insertions
//! pay nothing.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// `age`: what is smallest goes first.
pub fn make_room<K, V, S, T>(map: &mut HashMap<K, V, S>, most: usize, age: impl Fn(&V) -> T)
where
    K: Eq + Hash,
    S: BuildHasher,
    T: Ord + Copy,
{
    if map.len() < most {
        return;
    }
    let mut ages: Vec<T> = map.values().map(&age).collect();
    let mut left = most.div_ceil(10).min(ages.len());
    if left == 0 {
        return;
    }
    let (_, last, _) = ages.select_nth_unstable(left - 1);
    let last = *last;
    map.retain(|_, value| {
        let goes = left > 0 && age(value) <= last;
        left -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_tenth_makes_room_and_no_more() {
        let mut map: HashMap<u32, u32> = (0..100).map(|number| (number, 1000 - number)).collect();
        make_room(&mut map, 101, |age| *age);
        assert_eq!(map.len(), 100, "there is room");
        make_room(&mut map, 100, |age| *age);
        assert_eq!(map.len(), 90);
        assert!((90..100).all(|oldest| !map.contains_key(&oldest)));
        let mut same: HashMap<u32, u32> = (0..100).map(|number| (number, 7)).collect();
        make_room(&mut same, 100, |age| *age);
        assert_eq!(same.len(), 90, "of the same age, a tenth all the same");
        make_room(&mut HashMap::<u32, u32>::new(), 0, |age| *age);
    }
}
