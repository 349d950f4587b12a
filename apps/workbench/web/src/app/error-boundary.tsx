import { Component, type ComponentChildren } from 'preact'

type Props = {
  /** What fails, as the start of a sentence: `The waterfall`. */
  readonly what: string
  /** Names what is shown: with another, what failed before is tried anew. */
  readonly showing?: string
  readonly children: ComponentChildren
}

type State = { readonly error: unknown; readonly showing: string | undefined }

/** Keeps an error in one part of the page from taking the rest with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, showing: undefined }

  override componentDidCatch(error: unknown) {
    console.error(error)
    this.setState({ error, showing: this.props.showing })
  }

  override render({ what, showing, children }: Props) {
    const { error } = this.state
    if (error === undefined || this.state.showing !== showing) return children
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
