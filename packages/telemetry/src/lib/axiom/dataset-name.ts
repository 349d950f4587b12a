// Axiom's sources differ: a name is refused here only when both refuse it.
// https://axiom.co/docs/reference/datasets: 1 to 128 ASCII letters, digits and hyphens.
const inDocumentation = /^[a-z0-9-]{1,128}$/i
// axiom-go, DatasetCreateRequest: up to 80, also `_` and `.`, none of the three first or last, not beginning with `axiom-`.
const inGoClient = /^(?!axiom-)[a-z0-9]([a-z0-9._-]{0,78}[a-z0-9])?$/i

/** Whether any of Axiom's sources allows a dataset of this name. */
export function isDatasetName(name: string): boolean {
  return inDocumentation.test(name) || inGoClient.test(name)
}
