/** Hues that `app.css` defines as `--service-0` … `--service-9`. */
const hueCount = 10

/**
 * A hue for each service, by its name, so that a service looks the same on every screen; where two of those shown together would share
 * one, the later in the alphabet takes the next that is free. Beyond ten services hues repeat.
 */
export function serviceColours(names: Iterable<string>): Map<string, number> {
  const hues = new Map<string, number>()
  const taken = new Set<number>()
  for (const name of [...new Set(names)].sort()) {
    let hue = hashOf(name) % hueCount
    if (taken.size < hueCount) while (taken.has(hue)) hue = (hue + 1) % hueCount
    taken.add(hue)
    hues.set(name, hue)
  }
  return hues
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
