-- Counts what is left
CREATE PROCEDURE dbo.CountLeft
AS
BEGIN
  IF OBJECT_ID('tempdb..#left') IS NOT NULL DROP TABLE #left;
  /* what is left
  CREATE TABLE #never (id int)
  */
  CREATE TABLE #left (
    id int, note varchar(9) DEFAULT 'none;
CREATE TABLE #text (id int)'
  );
  CREATE CLUSTERED INDEX ix_left ON #left (id);
  -- Those who bought
  CREATE TABLE ##buyers (id int);
  SELECT id FROM #left;
END
GO
IF NOT EXISTS (SELECT * FROM sys.views WHERE name = N'Unsold')
EXEC dbo.sp_executesql @statement = N'
CREATE VIEW [dbo].[Unsold]
AS
SELECT id FROM dbo.Parcel'
GO
IF OBJECT_ID('dbo.Sweep') IS NULL EXEC ('CREATE PROCEDURE dbo.Stub AS SELECT 1');
GO
CREATE FUNCTION dbo.[@shop:Open & shut](@id int) RETURNS TABLE AS RETURN SELECT 1 AS one
GO
CREATE OR REPLACE FUNCTION rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMP TABLE shelves AS SELECT 1;
END $$;
