import { type DashboardView, dashboardAddress } from './dashboard-view.ts'

const pageLength = 20

/** The part of a list that the view's page shows. */
export function pageOf<T>(
  items: readonly T[],
  page: number,
): { readonly shown: readonly T[]; readonly first: number } {
  const first = Math.min(page, Math.max(0, Math.ceil(items.length / pageLength) - 1)) * pageLength
  return { shown: items.slice(first, first + pageLength), first }
}

/** Which part of a list is shown, and the way to the others. */
export function Pager(props: {
  readonly view: DashboardView
  readonly total: number
  readonly first: number
}) {
  const { view, total, first } = props
  const page = first / pageLength
  const last = Math.min(total, first + pageLength)
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        {total === 0
          ? 'None found'
          : `${(first + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${total.toLocaleString('en')}`}
      </span>
      <PageLink view={view} page={page - 1} exists={page > 0}>
        Previous
      </PageLink>
      <PageLink view={view} page={page + 1} exists={last < total}>
        Next
      </PageLink>
    </nav>
  )
}

function PageLink(props: {
  readonly view: DashboardView
  readonly page: number
  readonly exists: boolean
  readonly children: string
}) {
  if (!props.exists) {
    return (
      <span class="button is-off" aria-disabled="true">
        {props.children}
      </span>
    )
  }
  return (
    <a class="button" href={dashboardAddress(props.view, { page: props.page })}>
      {props.children}
    </a>
  )
}
