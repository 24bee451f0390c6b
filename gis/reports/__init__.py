"""Results for people and programs: tables, workbook, files for a GIS."""
