package mandate.clients;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.FormElement;

/** One HTML answer of the server. {@code kind} is the {@code data-page} of its main element. */
record Page(URI url, int status, String kind, Document document) implements Place {
    private static final Pattern CODE = Pattern.compile("AADSTS\\d+");
    private static final int LONGEST_TEXT = 240;

    static Page of(HttpResponse<String> response) {
        Document document = Jsoup.parse(response.body(), response.uri().toString());
        Element main = document.selectFirst("main[data-page]");
        String kind = main == null ? "(no data-page)" : main.attr("data-page");
        return new Page(response.uri(), response.statusCode(), kind, document);
    }

    Element one(String selector) {
        Element found = document.selectFirst(selector);
        if (found == null) {
            throw new Failed("`" + selector + "` is not on the page: " + describe());
        }
        return found;
    }

    FormElement form(String selector) {
        return (FormElement) one(selector);
    }

    boolean has(String selector) {
        return document.selectFirst(selector) != null;
    }

    /** The permissions of a list, as the page names them. */
    List<String> permissions(String list) {
        return document.select(list + " li[data-permission]").eachAttr("data-permission");
    }

    @Override
    public String describe() {
        Element main = document.selectFirst("main");
        String text = main == null ? document.text() : main.text();
        Matcher code = CODE.matcher(document.text());
        return "page " + kind + ", status " + status + (code.find() ? ", " + code.group() : "") + ", at "
                + url.getPath() + ": “" + text.substring(0, Math.min(text.length(), LONGEST_TEXT)) + "”";
    }
}
