package mandate.clients;

/**
 * The sample organisation as the suite needs it: people, applications, addresses.
 *
 * <p>The ids are those of crates/server/sample.yaml, which fixes them so that scripts may name them. What
 * {@code dev.env} carries is read from there, in {@link World}.
 */
final class Sample {
    record Person(String upn, String id, String name) {}

    /** {@code principal} is its instance in the customer's tenant. */
    record Application(String clientId, String secret, String redirect, String principal) {}

    static final Person LUKAS = person("lukas.schneider", 4, "Lukas Schneider");
    static final Person PIETER = person("pieter.vandijk", 8, "Pieter van Dijk");
    static final Person DAAN = person("daan.visser", 9, "Daan Visser");

    static final int PEOPLE_IN_TENANT = 12;
    static final String DOMAIN = "waterkant.example";

    static final Application EXPORT = application(4, "export-secret-for-development-only", null);
    static final Application PLANNER = application(2, null, "http://localhost:5173");
    static final Application ORDERS_API = application(5, "orders-secret-for-development-only", null);

    static final String INTRANET_REDIRECT = "http://localhost:5000/auth/callback";
    static final String SIGNED_REDIRECT = "http://localhost:5008/callback";

    static final String GRAPH = "https://graph.microsoft.com";
    static final String ORDERS = "api://waterkant-orders";
    static final String NO_APPLICATION = "c1000000-0000-4000-8000-0000000000ff";

    private Sample() {}

    private static Person person(String name, int number, String shown) {
        return new Person(name + "@" + DOMAIN, String.format("aaaaaaaa-0000-4000-8000-%012d", number), shown);
    }

    private static Application application(int number, String secret, String redirect) {
        String id = String.format("c1000000-0000-4000-8000-%012d", number);
        return new Application(id, secret, redirect, String.format("ffffffff-0000-4000-8000-%012d", number));
    }
}
