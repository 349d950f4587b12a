/** Hues that `app.css` defines as `--service-0` … `--service-9`. */
const hueCount = 10
/** Beyond so many services the first hue of a name has to do. */
const mostRemembered = 500
const storageKey = 'linked-traces.service-hues'

/**
 * A hue for each service, the same on every screen and in every tab of this browser: by its name, and where a service seen before has that
 * hue, the next that is free. Beyond ten services hues repeat.
 */
export function serviceColours(
  names: Iterable<string>,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
): ReadonlyMap<string, number> {
  const kept = storage.getItem(storageKey)
  const remembered = readHues(kept)
  const unknown = [...new Set(names)].filter((name) => !remembered.has(name)).sort()
  if (unknown.length === 0) return remembered
  const taken = new Set(remembered.values())
  const hues = new Map(remembered)
  for (const name of unknown) {
    let hue = hashOf(name) % hueCount
    if (taken.size < hueCount) while (taken.has(hue)) hue = (hue + 1) % hueCount
    taken.add(hue)
    hues.set(name, hue)
  }
  storage.setItem(storageKey, JSON.stringify([...hues].slice(0, mostRemembered)))
  return hues
}

function readHues(kept: string | null): Map<string, number> {
  try {
    return new Map(JSON.parse(kept ?? '[]') as [string, number][])
  } catch {
    // Not ours, or half written by a browser that ended.
    return new Map()
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
