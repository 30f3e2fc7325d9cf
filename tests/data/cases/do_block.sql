DO $$ BEGIN
  -- Who may order.
  CREATE TYPE "public"."role" AS ENUM ('clerk', 'guest');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
CREATE TABLE parcel PARTITION OF parcels
  FOR VALUES FROM (1) TO (9);
