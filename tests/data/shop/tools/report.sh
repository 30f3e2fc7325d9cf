#!/bin/sh
# Mails last week's revenue.

weekly_revenue() {
    sqlite3 shop.db "SELECT SUM(cents) / 100.0 FROM orders WHERE date > date('now', '-7 days')"
}

weekly_revenue | mail -s "Revenue" owner@example.org
