import type { Plugin } from 'rolldown'

const OTHERS = /[^\0-\x7f]/g

/** Escapes what is not ASCII: one such character, and V8 holds the text of a file in two bytes for each of its characters. */
export function asciiOnly(): Plugin {
  return {
    name: 'ascii-only',
    // Afterwards, as the bundler would write strings as it likes.
    generateBundle(_, bundle) {
      for (const each of Object.values(bundle)) {
        if (each.type === 'chunk') each.code = each.code.replace(OTHERS, asEscape)
      }
    },
  }
}

function asEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
