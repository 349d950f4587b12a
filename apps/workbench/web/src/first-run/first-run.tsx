import { CopyButton } from '../app/copy-button.tsx'
import { ScreenTitle } from '../app/screen-title.tsx'
import './first-run.css'
import { anyApp, demonstration, type Snippet } from './snippets.ts'

/** Where the demonstration's gateway listens unless told otherwise. */
const gateway = 'http://127.0.0.1:8080'

/** What to do while no span has come; the stream takes its place with the first. */
export function FirstRun() {
  return (
    <div class="first-run">
      <ScreenTitle title="Stream" focusKey="stream">
        Waiting for the first span
      </ScreenTitle>
      <p class="lead">
        <span class="waiting-dot" aria-hidden="true" />
        <span>
          This page becomes the stream as soon as one arrives at <code>{location.origin}</code>.
        </span>
      </p>
      <section aria-labelledby="roll">
        <h2 id="roll">Roll the dice</h2>
        <p>
          <code>pnpm dev</code> runs a gateway and dice beside this workbench.
        </p>
        <ol class="snippets">
          {demonstration(gateway).map((snippet) => (
            <li key={snippet.title}>
              <SnippetBlock {...snippet} />
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="own">
        <h2 id="own">Or point your own app here</h2>
        {anyApp(location.origin).map((snippet) => (
          <SnippetBlock key={snippet.title} {...snippet} />
        ))}
      </section>
    </div>
  )
}

function SnippetBlock({ title, note, code }: Snippet) {
  return (
    <div class="snippet">
      <h3>{title}</h3>
      <p>{note}</p>
      <div class="snippet-code">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key. */}
        <pre tabIndex={0}>{code}</pre>
        <CopyButton text={code} label={`Copy: ${title}`} />
      </div>
    </div>
  )
}
