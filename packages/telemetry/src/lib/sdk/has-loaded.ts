/** Whether Node has loaded a module of its own. Where it does not tell it may have. */
export function hasLoaded(name: string): boolean {
  const { moduleLoadList } = process as { readonly moduleLoadList?: readonly string[] }
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? true
}
