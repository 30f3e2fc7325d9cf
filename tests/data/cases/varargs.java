class Cart {
    /** Adds lines. */
    void add(@Nullable Object @Nullable ... lines) {
        check(lines);
    }

    int total(String @NonNull... kinds) {
        return 0;
    }

    void sum(int[] @NonNull ... prices) {}

    record Line(int price, @A(1) String @B(2)... tags) {}
}
