/** A value as the owner of a form keeps it: what its fields change is seen by the parts that show it. */
export function kept<Value extends object>(value: Value): Value {
  const state = $state(value)
  return state
}
