@Entity
// Not part of the head.
public class Order {
  @Override /* nor this */
  @Deprecated // nor this
  public int total() {
    return 1;
  }
}
