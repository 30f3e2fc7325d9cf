actual open class Shelf
internal actual constructor(
  width: Int,
) : Place(width) {
  actual fun open() = 1
}

expect class Crate
/**
 * Shares its content with its trusted caller.
 */
internal constructor(
  sink: Sink,
) : Place {
  constructor(place: Place)

  fun close()
}

context(raise: Raise<Error>) @RaiseDSL @JvmName("bindAll")
public fun <A> List<A>.bindAll(): List<A> =
  with(raise) { bindAll() }

context(raise: Raise<Error>) @RaiseDSL public fun fail(): Nothing = raise.fail()

fun sorted() {
  val az = base / "az"
  val by = base / "by"
  az.writeUtf8("az")
  by.writeUtf8("by")
}

suspend fun <
  Engine : Service,
  Settings : Service.Settings,
  > Scope.server(
  engine: Engine,
): Server = serve(engine)
