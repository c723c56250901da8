//! Many rows by one statement: an `INSERT` of values becomes one of everything in arrays, one array for each column.
//!
//! Most of what a statement costs PostgreSQL is that it is one: a person is twenty rows in as many statements, and sixteen
//! people at once are as many as one. Next: `turn` for what is put together.

use super::super::{Expect, Write};
use crate::value::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use tokio_postgres::types::Type;

/// One statement, and the rows that it is carried out with, in the order of their jobs.
#[derive(Debug)]
pub struct Step<'w> {
    pub sql: &'w str,
    pub expect: Expect,
    pub rows: Vec<&'w [Value]>,
}

/// Rows that travel together.
const MOST: usize = 5_000;

/// Jobs that are made of the same statements are woven into one another, statement by statement: each job's own order
/// stays. That one job's row comes before another's statement is no matter, since each was planned without the others; what
/// two of them both change, a guard or a key tells. Where neither would (a row that is taken away, and written again unless
/// somebody else has it), a job is left alone. The tenants' counts come first and in the order of their ids: they are
/// locked until the end, and another process locks them in the same order.
pub fn woven<'w>(jobs: impl IntoIterator<Item = &'w [Write]>) -> Vec<Step<'w>> {
    let mut kinds: Vec<Vec<Step<'w>>> = Vec::new();
    for job in jobs {
        let steps = steps(job);
        if gives_way(&steps) {
            kinds.push(steps);
            continue;
        }
        let is_same = |kind: &&mut Vec<Step<'w>>| {
            let same = |(one, other): (&Step<'_>, &Step<'_>)| one.sql == other.sql && one.expect == other.expect;
            kind.len() == steps.len() && kind.iter().zip(&steps).all(same)
        };
        match kinds.iter_mut().find(is_same) {
            Some(kind) => kind.iter_mut().zip(steps).for_each(|(into, from)| into.rows.extend(from.rows)),
            None => kinds.push(steps),
        }
    }
    let first = common(&mut kinds);
    first.into_iter().chain(kinds.into_iter().flatten()).collect()
}

/// It takes rows away and writes them where nobody else has them: between the two, another job could come to have them.
fn gives_way(steps: &[Step<'_>]) -> bool {
    let into =
        steps.iter().filter(|step| step.sql.contains("DO NOTHING")).filter_map(|step| table(step.sql, "INSERT INTO"));
    let from: Vec<&str> = steps.iter().filter_map(|step| table(step.sql, "DELETE FROM")).collect();
    into.into_iter().any(|table| from.contains(&table))
}

fn table<'s>(sql: &'s str, verb: &str) -> Option<&'s str> {
    sql.trim_start().strip_prefix(verb)?.split_whitespace().next()
}

const COUNTS: &str = "change_counts";

/// The tenants' counts, which jobs begin with, taken out of all of them.
fn common<'w>(kinds: &mut [Vec<Step<'w>>]) -> Option<Step<'w>> {
    let is_count = |kind: &&mut Vec<Step<'w>>| {
        kind.first().is_some_and(|step| table(step.sql, "INSERT INTO").is_some_and(|into| into == COUNTS))
    };
    let mut counts: Vec<Step<'w>> = kinds.iter_mut().filter(is_count).map(|kind| kind.remove(0)).collect();
    let mut all = counts.pop()?;
    all.rows.extend(counts.into_iter().flat_map(|count| count.rows));
    all.rows.sort_unstable();
    Some(all)
}

/// What follows itself is one step.
fn steps(job: &[Write]) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for write in job {
        match steps.last_mut() {
            Some(last) if last.sql == write.sql && last.expect == write.expect && last.rows.len() < MOST => {
                last.rows.push(&write.values);
            }
            _ => steps.push(Step { sql: &write.sql, expect: write.expect, rows: vec![&write.values] }),
        }
    }
    steps
}

/// An `INSERT` that takes its rows from arrays.
#[derive(Debug, PartialEq, Eq)]
pub struct Many {
    pub sql: String,
    /// Of a row that takes the place of one with the same key: where among its values the key is. One statement cannot
    /// touch a row twice.
    key: Option<Vec<usize>>,
}

impl Many {
    /// `None`: it is no such `INSERT`.
    pub fn of(sql: &str, expect: Expect, types: &[Type]) -> Option<Many> {
        let sql = sql.trim();
        let (head, behind) = sql.split_once("VALUES (").filter(|_| sql.starts_with("INSERT INTO"))?;
        let end = closing(behind)?;
        let (values, tail) = (&behind[..end], &behind[end + 1..]);
        // A guard counts the rows of one job; and what is bound elsewhere is no row's.
        if tail.contains('$') || (expect == Expect::One && !tail.trim().is_empty()) {
            return None;
        }
        let key = if tail.contains("DO UPDATE") { Some(key_of(head, values, tail)?) } else { None };
        let mut arrays = String::new();
        let mut names = String::new();
        for (place, kind) in types.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            let _ = write!(arrays, "{between}${}::{}[]", place + 1, kind.name());
            let _ = write!(names, "{between}p{}", place + 1);
        }
        let row = values.replace('$', "u.p");
        Some(Many { sql: format!("{head}SELECT {row} FROM UNNEST({arrays}) AS u ({names}){tail}"), key })
    }

    /// Of rows with one key the last one stays.
    pub fn columns<'w>(&self, rows: &[&'w [Value]], width: usize) -> Vec<Vec<&'w Value>> {
        let mut kept: Vec<&'w [Value]> = Vec::with_capacity(rows.len());
        match &self.key {
            None => kept.extend(rows),
            Some(key) => {
                let mut places: HashMap<Vec<&Value>, usize> = HashMap::new();
                for row in rows {
                    match places.entry(key.iter().map(|place| &row[*place]).collect()) {
                        Entry::Occupied(held) => kept[*held.get()] = row,
                        Entry::Vacant(free) => {
                            free.insert(kept.len());
                            kept.push(row);
                        }
                    }
                }
            }
        }
        (0..width).map(|place| kept.iter().map(|row| &row[place]).collect()).collect()
    }
}

/// Where the parenthesis that is open already closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// Where the columns of `ON CONFLICT (…)` are among the values that are bound.
fn key_of(head: &str, values: &str, tail: &str) -> Option<Vec<usize>> {
    let list = |text: &str| -> Option<Vec<String>> {
        let (_, behind) = text.split_once('(')?;
        Some(behind[..closing(behind)?].split(',').map(|name| name.trim().to_owned()).collect())
    };
    let (columns, key) = (list(head)?, list(tail)?);
    let values = at_commas(values);
    let place = |name: &String| {
        let value = values.get(columns.iter().position(|column| column == name)?)?;
        value.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1)
    };
    key.iter().map(place).collect()
}

fn at_commas(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: &str = "INSERT INTO change_counts (a) VALUES ($1)";

    fn write(sql: &'static str, value: i64) -> Write {
        Write { sql: sql.into(), values: vec![value.into()], expect: Expect::Any }
    }

    fn told(steps: &[Step<'_>]) -> Vec<(String, Vec<Value>)> {
        steps.iter().map(|step| (step.sql.to_owned(), step.rows.iter().map(|row| row[0].clone()).collect())).collect()
    }

    #[test]
    fn jobs_of_the_same_statements_are_woven_into_one_another() {
        let jobs = [
            vec![write("a", 1), write("b", 2), write("b", 3)],
            vec![write("b", 4), write("a", 5)],
            vec![write("a", 6), write("b", 7)],
        ];
        let told = told(&woven(jobs.iter().map(Vec::as_slice)));
        let row = |sql: &str, values: &[i64]| (sql.to_owned(), values.iter().map(|value| (*value).into()).collect());
        let expected: Vec<(String, Vec<Value>)> =
            vec![row("a", &[1, 6]), row("b", &[2, 3, 7]), row("b", &[4]), row("a", &[5])];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_counts_come_first_and_in_order() {
        let jobs = [
            vec![write(COUNT, 2), write("a", 1)],
            vec![write(COUNT, 1), write("b", 2)],
            vec![write("c", 4)],
            vec![write(COUNT, 2), write("a", 3)],
        ];
        let told = told(&woven(jobs.iter().map(Vec::as_slice)));
        let row = |sql: &str, values: &[i64]| (sql.to_owned(), values.iter().map(|value| (*value).into()).collect());
        assert_eq!(told, [row(COUNT, &[1, 2, 2]), row("a", &[1, 3]), row("b", &[2]), row("c", &[4])]);
    }

    #[test]
    fn what_gives_way_to_others_is_left_alone() {
        let (gone, here) =
            ("DELETE FROM names WHERE sp = $1", "INSERT INTO names (name) VALUES ($1) ON CONFLICT (name) DO NOTHING");
        let jobs = [vec![write(gone, 1), write(here, 1)], vec![write(gone, 2), write(here, 2)]];
        let told = told(&woven(jobs.iter().map(Vec::as_slice)));
        let row = |sql: &str, value: i64| (sql.to_owned(), vec![Value::Int(value)]);
        assert_eq!(told, [row(gone, 1), row(here, 1), row(gone, 2), row(here, 2)]);
    }

    #[test]
    fn an_insert_takes_its_rows_from_arrays() {
        let types = [Type::BYTEA, Type::INT8];
        let plain = Many::of("INSERT INTO t (a, b, c) VALUES ($1, 7, $2)", Expect::One, &types).expect("is one");
        assert_eq!(
            plain.sql,
            "INSERT INTO t (a, b, c) SELECT u.p1, 7, u.p2 FROM UNNEST($1::bytea[], $2::int8[]) AS u (p1, p2)"
        );
        let marks = "INSERT INTO m (a, seq, b) VALUES ($1, (SELECT count FROM c WHERE a = $1), $2) ON CONFLICT (b, a) \
                     DO UPDATE SET seq = excluded.seq";
        let marks = Many::of(marks, Expect::Any, &types).expect("is one");
        assert!(marks.sql.contains("SELECT u.p1, (SELECT count FROM c WHERE a = u.p1), u.p2 FROM UNNEST"), "{marks:?}");
        assert_eq!(marks.key, Some(vec![1, 0]));
    }

    #[test]
    fn what_counts_its_rows_or_is_no_insert_of_values_stays_as_it_is() {
        for (sql, expect) in [
            ("INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING", Expect::One),
            ("INSERT INTO t (a) SELECT a FROM s WHERE b = $1", Expect::Any),
            ("UPDATE t SET a = $1", Expect::Any),
            ("INSERT INTO t (a, k) VALUES ($1, 1) ON CONFLICT (k) DO UPDATE SET a = excluded.a", Expect::Any),
        ] {
            assert_eq!(Many::of(sql, expect, &[Type::INT8]), None, "{sql}");
        }
    }

    #[test]
    fn of_rows_with_one_key_the_last_one_stays() {
        let many = Many { sql: String::new(), key: Some(vec![0]) };
        let rows: Vec<Vec<Value>> =
            [(1, 10), (2, 20), (1, 11)].map(|(key, value)| vec![Value::Int(key), Value::Int(value)]).into();
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        let columns = many.columns(&rows, 2);
        assert_eq!(columns, [vec![&Value::Int(1), &Value::Int(2)], vec![&Value::Int(11), &Value::Int(20)]]);
    }
}
