const paths = {
  sun: 'M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6 13 13M13 3l-1.4 1.4M4.4 11.6 3 13M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  moon: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z',
  help: 'M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.6M8 12v.1',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  done: 'M3 8.5 6.5 12 13 4.5',
  open: 'M6 3.5h-3v9.5h9.500v-3M9 2.500h4.500v4.500M13.500 2.500 7.500 8.500',
  both: 'M2 8h12M5 5 2 8l3 3M11 5l3 3-3 3',
  warning: 'M8 2 14.500 13.500h-13zM8 6.500v3M8 11.600v.1',
  search: 'M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9zM10.300 10.300 14 14',
  pause: 'M5.500 3v10M10.500 3v10',
  play: 'M4.500 2.500v11l9-5.500z',
  columns: 'M2.500 3h11v10h-11zM6.500 3v10M10 3v10',
  refresh: 'M13.500 8a5.500 5.500 0 1 1-1.700-4M13.500 1.500v3h-3',
} as const

/** A line drawing of 16 × 16 pixels; what it means is said by the element around it. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
