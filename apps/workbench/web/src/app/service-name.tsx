/** A service, with the colour it has on this screen. */
export function ServiceName({ name, hue }: { readonly name: string; readonly hue: number | undefined }) {
  return (
    <span class={`service hue-${hue ?? 0}`}>
      <span class="service-dot" aria-hidden="true" />
      <bdi>{name === '' ? 'unnamed service' : name}</bdi>
    </span>
  )
}
