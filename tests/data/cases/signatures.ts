export interface Cart<in out A, out E = never> extends Shop<
  A
> {
  items: A
}
export const add: {
  <A>(item: A): (cart: Cart<A>) => Cart<A>
  /** With an amount. */
  <A, B>(item: A): Cart<A | B>
  <
    A
  >(
    cart: Cart<A>
  ): Cart<A>
} = dual(
  <A, B>(item: A) => item,
)
type Missing<P extends string> =
  `Missing \`Self\` generic - use \`${P}\``
function total() {
  return 1
}
