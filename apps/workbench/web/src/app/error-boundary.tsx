import { Component, type ComponentChildren } from 'preact'

type Props = {
  /** What fails, as the start of a sentence: `The waterfall`. */
  readonly what: string
  readonly children: ComponentChildren
}

/** Keeps an error in one part of the page from taking the rest with it. Give it a `key` that changes with what it shows. */
export class ErrorBoundary extends Component<Props, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined }

  static override getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override componentDidCatch(error: unknown) {
    console.error(error)
  }

  override render({ what, children }: Props) {
    const { error } = this.state
    if (error === undefined) return children
    return (
      <div class="note failed" role="alert">
        <h2>{what} cannot be shown</h2>
        <p>
          The page made a mistake: <code>{error instanceof Error ? error.message : String(error)}</code>. All
          else goes on, and the browser’s console says more.
        </p>
        <button type="button" class="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </div>
    )
  }
}
