create or replace type body shop_type is
  member procedure restock is
    amount number;
  procedure count_shelf is
  begin
    amount := 1;
  end;
  begin
    count_shelf;
    while amount loop
      amount := 2;
    end loop;
  end;
  member procedure close_shop is
  begin
    null;
  end;
end;
/
create type span_type as object (
  low number,
  constructor function span_type(self in out nocopy span_type, low number)
    return self as result
);
