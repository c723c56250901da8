-- Pictures of apps, apart from the apps: an app is read at every token, its logo by pages. `removed`: since when there is no
-- such app, unless it is brought back.
CREATE TABLE app_logos (app_id {bytes} NOT NULL PRIMARY KEY, home {bytes} NOT NULL, image {bytes} NOT NULL, removed {int}){table}
