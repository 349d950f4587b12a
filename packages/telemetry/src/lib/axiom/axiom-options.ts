/** How to reach an Axiom dataset. Of several addresses the first in this order is used: `edgeUrl`, `domain`, `edge`, `url`. */
export interface AxiomOptions {
  /** An API token (`xaat-…`) that may ingest, or a personal token (`xapt-…`) together with `orgId` and `url`. */
  readonly token?: string | undefined
  readonly dataset?: string | undefined
  /** URL of an edge deployment. */
  readonly edgeUrl?: string | undefined
  /** Host of an edge deployment, as Axiom's guides call it: `us-east-1.aws.edge.axiom.co`. */
  readonly domain?: string | undefined
  /** Region, deployment id or host of an edge deployment: `eu-central-1`, `cloud.eu-central-1.aws`. */
  readonly edge?: string | undefined
  /** URL of Axiom's API: `https://api.axiom.co`. */
  readonly url?: string | undefined
  /** The organization of a personal token. */
  readonly orgId?: string | undefined
}
