// Warnings that stay, each with its reason in docs/conformance.md. Never: a failure.

/** Module (or `*`) and condition. */
const EXPECTED = [];

export function explained(module, { level, condition }) {
  return level === 'WARNING' && EXPECTED.some(([where, what]) => [module, '*'].includes(where) && what === condition);
}
