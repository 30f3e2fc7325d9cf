object Shop {
  def open(hour: Int): Shop =
    new Shop(hour)

  /** Closes it, for Java. */
  @deprecated("use stop", "2")
  def close(hour: Int): Shop =
    new Shop(hour)
    // the end

  // Tells whether
  // it is open.
  def isOpen = true
}
